"""Answers that a program should not grade: each is sent to review with a sentence that says why."""

import re
from collections import Counter
from dataclasses import dataclass

from grader.questions.short.exemplars import FUNCTION_WORDS
from grader.questions.short.lists import listed
from grader.questions.short.rubric import Rubric
from grader.questions.short.text import BREAKS, MAX_CHARACTERS, Sentence, plain, stem

_INSTRUCTIONS = re.compile(
    r"\bgrad(?:er|ing|ers)\b|\bevaluators?\b|\bexaminers?\b|\brubrics?\b|\bkey ?points?\b|\breference answers?\b"
    r"|\b(?:full|maximum|max|all|top|highest|perfect|best) (?:\w+ ){0,3}(?:points?|marks?|credits?|scores?|grades?)\b"
    r"|\b(?:ignore|disregard|forget|override) (?:\w+ ){0,4}(?:instructions?|prompts?|rules|directions|above)\b"
    r"|\b(?:award|give|grant|assign|mark) (?:me|this|the|it|full|all|these|my)\b.{0,40}?\b"
    r"(?:points?|marks?|credits?|scores?|grades?|correct|passed|credited)\b"
    r"|\b(?:as|am|are) an? (?:ai|language model|assistant|llm)\b|\b(?:system|assistant|developer) ?:|\bsystem prompt\b"
    r"|\b(?:mark|grade|count|treat|accept|return|output|respond|answer with) (?:\w+ ){0,4}(?:correct|credited|passed)\b"
    r"|\bcredited\b|\b(?:assistant|instructors?|course staff|teachers?|professor|chatbot|llm|gpt)\b|\b100 ?(?:percent|%)"
    r"|<\|?\w{0,20}\|?>|\b\d ?/ ?\d points\b|\bscores? ?[:=]|\bprevious instructions\b"
    r"|\bplease (?:output|return|mark|grade|credit|score|pass)\b"
)
_AMBIGUOUS = listed("also_english")
_FOREIGN_WORDS = {
    language: listed(language) - _AMBIGUOUS for language in ("German", "French", "Spanish", "Italian", "Portuguese", "Dutch")
}
_VERBS = listed("verbs")
_ARTICLES = frozenset(("the", "a", "an"))
_PURE_VERBS = listed("never_nouns")
_PREPOSITIONS = listed("prepositions")
_OPENERS = _PREPOSITIONS | listed("before_a_noun")
_NO_NOUN = listed("never_after_an_article")
_NO_VERB = listed("never_before_an_article")  # save after a preposition: "with momentum the ..."
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Gate:
    """Why an answer is not graded by the program."""

    name: str
    reason: str


def closed(rubric: Rubric, answer: str, read: tuple[Sentence, ...]) -> Gate | None:
    """The first gate that this answer doesn't pass."""
    if len(answer) > MAX_CHARACTERS:
        return Gate("too_long", f"The answer is longer than {MAX_CHARACTERS} characters.")
    words = [word for sentence in read for word in sentence.words if word not in BREAKS]
    return (
        _instructions(rubric, answer)
        or _other_language(answer)
        or _copied(rubric, read)
        or _gibberish(read, words)
        or _keywords(answer, words)
        or _salad(read, words)
    )


def _instructions(rubric: Rubric, answer: str) -> Gate | None:
    text = plain(answer)
    found = _INSTRUCTIONS.search(text)
    named = [point.id for point in rubric.keypoints if "_" in point.id and point.id.lower() in text]
    if found is None and not named:
        return None
    words = found[0].strip() if found else named[0]
    return Gate("instructions", f"The answer speaks to whoever grades it (“{words[:60]}”).")


def _other_language(answer: str) -> Gate | None:
    letters = _WORD.findall(plain(answer))
    if not letters:
        return Gate("no_words", "The answer has no words to read.") if answer.strip() else None
    strange = sum(not word.isascii() for word in letters)
    for language, its in _FOREIGN_WORDS.items():
        hits = sum(word in its for word in letters)
        if hits >= 2 and hits / len(letters) >= 0.12:
            return Gate("other_language", f"The answer seems to be written in {language}.")
    if strange >= 2 and strange / len(letters) > 0.1:
        return Gate("other_language", "The answer seems to be written in another language than English.")
    return None


def _copied(rubric: Rubric, read: tuple[Sentence, ...]) -> Gate | None:
    """Most of the answer's content words are the question's."""
    stems = [stem(word) for sentence in read for word in sentence.words if word not in FUNCTION_WORDS | BREAKS]
    asked = {stem(word) for word in rubric.prompt_words}
    if len(stems) >= 6 and sum(word in asked for word in stems) / len(stems) >= 0.75:
        return Gate("question_copy", "The answer mostly repeats the words of the question.")
    return None


def copied(rubric: Rubric, sentence: Sentence) -> bool:
    """Whether one sentence of an answer is taken from the question: nothing is credited for it."""
    stems = [stem(word) for word in sentence.words if word not in FUNCTION_WORDS | BREAKS]
    asked = {stem(word) for word in rubric.prompt_words}
    return len(stems) >= 5 and sum(word in asked for word in stems) / len(stems) >= 0.9


def _gibberish(read: tuple[Sentence, ...], words: list[str]) -> Gate | None:
    unknown = sum(sentence.unknown for sentence in read)
    if len(words) >= 3 and unknown / len(words) > 0.25:
        return Gate("unreadable", "Too many words of the answer are in no dictionary.")
    if any(words[at] == words[at + 1] and words[at].isalpha() and len(words[at]) > 1 for at in range(len(words) - 1)):
        repeats = sum(words[at] == words[at + 1] for at in range(len(words) - 1))
        if repeats >= 2 or repeats / len(words) > 0.08:
            return Gate("repetition", "The answer repeats words over and over.")
    common = Counter(word for word in words if word not in FUNCTION_WORDS).most_common(1)
    if len(words) >= 12 and common and common[0][1] / len(words) > 0.3:
        return Gate("repetition", "The answer repeats words over and over.")
    return None


def _keywords(answer: str, words: list[str]) -> Gate | None:
    """Terms in a row without sentences: too few of the small words that prose is held together by."""
    reason = Gate("keywords", "The answer is a list of terms rather than sentences.")
    small = sum(word in FUNCTION_WORDS for word in words)
    if len(words) >= 8 and small / len(words) < 0.18:
        return reason
    pieces = [piece.split() for piece in re.split(r"[,;\n|/•]+|(?:^|\s)-\s", plain(answer)) if piece.strip()]
    joined = len(pieces) >= 3 or words.count("and") >= 0.12 * len(words)
    if len(words) >= 10 and joined and not any(word in _VERBS for word in words):
        return reason
    if len(pieces) >= 4 and sum(len(piece) for piece in pieces) / len(pieces) <= 2.6:
        return reason
    verbs = sum(any(word in _VERBS for word in piece) for piece in pieces)
    if len(pieces) >= 5 and verbs < 0.4 * len(pieces) and sum(len(piece) for piece in pieces) / len(pieces) <= 3.6:
        return reason
    if len(pieces) >= 3 and max(len(piece) for piece in pieces) <= 2:
        return reason
    return None


def _salad(read: tuple[Sentence, ...], words: list[str]) -> Gate | None:
    """Words in an order that no sentence has: "the of", "of is", "tensor the", a last word that asks for another."""
    odd = 0
    for sentence in read:
        row = sentence.words
        odd += sum(_odd(row[at], row[at + 1]) for at in range(len(row) - 1))
        odd += sum(_dangling(row, at) for at in range(2, len(row)))
        odd += len(row) > 4 and (row[-1] in _ARTICLES or row[-1] in ("because", "when", "of", "and", "or", "if"))
    if odd / max(len(words), 1) > 0.04:
        return Gate("word_salad", "The words do not form sentences.")
    return None


def _dangling(row: tuple[str, ...], at: int) -> bool:
    """An article right after a noun or an adjective that no preposition or clause explains: "tensors the shard"."""
    before = row[max(0, at - 3) : at]
    return row[at] == "the" and row[at - 1] in _NO_VERB and not any(word in _OPENERS for word in before)


def _odd(word: str, following: str) -> bool:
    """Whether these two words hardly ever follow one another."""
    if word in _ARTICLES:
        return following in _NO_NOUN or following in _PURE_VERBS
    if word in _PREPOSITIONS:
        return following in ("is", "are", "because", "of", "has", "when", "does")
    return (word, following) in (
        ("no", "because"),
        ("is", "because"),
        ("not", "when"),
        ("when", "because"),
        ("because", "when"),
    )
