"""What a word is, in many scripts, and what a search finds."""

import pytest

from domain.search import words


def finds(search: str, *texts: str) -> bool:
    return words.is_in(words.searchable(*texts), words.wanted(search))


@pytest.mark.parametrize(
    ("search", "text"),
    [
        ("algebra", "Linear Algebra"),
        ("ALGEBRA linear", "Linear Algebra"),
        ("alg", "Linear Algebra"),
        ("linear al", "Linear Algebra"),
        ("algebre", "L’Algèbre"),
        ("algèbre", "L’ALGEBRE"),
        ("e\u0301cole", "\u00e9cole"),
        ("strasse", "Straße"),
        ("STRAẞE", "strasse"),
        ("Örsted", "Orsted"),
        ("orsted", "Ørsted"),
        ("encyclopaedia", "Encyclopædia"),
        ("lodz", "Łódź"),
        ("istanbul", "İstanbul"),
        ("ISTANBUL", "ıstanbul"),
        ("ISPARTA", "ısparta"),
        ("λογος", "ΛΟΓΟΣ"),
        ("λόγος", "λογοσ"),
        ("ежик", "Ёжик"),
        ("c++", "C++ for beginners"),
        ("e-mail", "Write an E-Mail"),
        ("2nd", "The 2nd law"),
        ("३", "Lesson 3"),
        ("ＡＢＣ", "abc"),
        ("soft\u00adware", "Software"),
        # Hebrew with and without points; Arabic with and without, in the Arabic and the Persian form, stretched.
        ("שלום", "שָׁלוֹם"),
        ("كتاب", "كِتَاب"),
        ("احمد", "أحمد"),
        ("کتاب", "كتاب"),
        ("كتاب", "كتــاب"),
        # Chinese, Japanese and Thai are found within a run.
        ("代数", "线性代数导论"),
        ("数", "线性代数导论"),
        ("C语言", "学习C语言"),
        ("データ", "ビッグデータ入門"),
        ("ﾃﾞｰﾀ", "ビッグデータ入門"),
        ("ไทย", "ภาษาไทยเบื้องต้น"),
        ("한국", "한국어"),
        ("हिन्दी", "हिन्दी सीखें"),
    ],
)
def test_a_search_finds(search: str, text: str) -> None:
    assert finds(search, text)
    assert finds(search, "Something else", text)


@pytest.mark.parametrize(
    ("search", "text"),
    [
        ("gebra", "Linear Algebra"),
        ("alg linear", "Linear Algebra"),
        ("algebra calculus", "Linear Algebra"),
        ("linearalgebra", "Linear Algebra"),
        ("数代", "线性代数导论"),
        ("代论", "线性代数导论"),
        ("ハス", "バス"),
        ("किताब", "कताब"),
    ],
)
def test_a_search_does_not_find(search: str, text: str) -> None:
    assert not finds(search, text)


@pytest.mark.parametrize("search", ["", " ", "++", "🎓", "\u200b", "\ud800", "…—!", "\x00"])
def test_a_search_without_a_word_finds_nothing(search: str) -> None:
    assert words.wanted(search) == ()
    assert not finds(search, "Linear Algebra", "")


def test_what_is_written_together_is_found_in_one_text() -> None:
    assert not finds("代数", "代", "数")
    assert finds("代 数", "代", "数")
    assert finds("algebra numbers", "Algebra", "All about numbers"), "the words of a search may be in both"


def test_another_spelling_of_the_same_words_is_the_same_search() -> None:
    assert words.wanted("Linear, ALGÈBRE num") == words.wanted("algebre  linear num")
    assert words.wanted("linear algebra") != words.wanted("algebra linear"), (
        "only the last may be a beginning"
    )
