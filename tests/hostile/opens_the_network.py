"""Connects by every family and to every neighbour. Must not reach: any network, name service or local socket."""

import socket


def train(model, loss_fn, X, y, lr, epochs):
    print("TRIED")
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK, socket.AF_PACKET, socket.AF_VSOCK):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            try:
                socket.socket(family, kind)
                print("REACHED: a socket", family, kind)
            except OSError:
                pass
    for attack in (lambda: socket.create_connection(("127.0.0.1", 22), 1), lambda: socket.getaddrinfo("example.org", 80),
                   lambda: socket.socketpair(), lambda: __import__("urllib.request").request.urlopen("http://169.254.169.254/", timeout=1)):
        try:
            attack()
            print("REACHED: the network")
        except Exception:
            pass
    return [0.0] * epochs
