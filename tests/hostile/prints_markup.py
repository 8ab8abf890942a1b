"""Puts HTML, scripts, templates and terminal markup into messages and prints. Must not reach: a browser that runs it."""

NASTY = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> {{ 7*7 }} {% raw %} [bold red]x[/] `<b>x</b>`"


class Error(Exception):
    pass


Error.__name__ = "<img src=x onerror=alert(1)>"


def train(model, loss_fn, X, y, lr, epochs):
    print(NASTY)
    raise Error(NASTY)  # </pre><script>document.title='owned'</script>{{ 7*7 }}
