"""Double Metaphone: how a name sounds in English, with a second reading for foreign names.

Source: Lawrence Philips, "The Double Metaphone Search Algorithm", C/C++ Users Journal, June 2000.
The rules are in phonetic_rules.py; here is only the walk over them. Codes are cut to 4 symbols.
"""

from functools import lru_cache

from records.search.phonetic_rules import RULES, SILENT_START, SLAVO_GERMANIC, Rule

CODE_LENGTH = 4


@lru_cache(maxsize=1 << 17)
def double_metaphone(word: str) -> tuple[str, str]:
    """Primary and secondary code of a word of A-Z; the secondary is "" when it is the same."""
    slavo = SLAVO_GERMANIC.search(word) is not None
    primary, secondary, at = "", "", 1 if SILENT_START.match(word) else 0
    while at < len(word) and (len(primary) < CODE_LENGTH or len(secondary) < CODE_LENGTH):
        first, second, step = _reading(word, at, slavo)
        primary, secondary, at = primary + first, secondary + second, at + step
    primary, secondary = primary[:CODE_LENGTH], secondary[:CODE_LENGTH]
    return primary, "" if secondary == primary else secondary


def _reading(word: str, at: int, slavo: bool) -> tuple[str, str, int]:
    """What the letter at this place adds to both codes, and how many letters it uses up."""
    for rule in RULES.get(word[at], ()):
        if _applies(rule, word, at, slavo):
            return rule.primary, rule.secondary, rule.length
    return "", "", 1


def _applies(rule: Rule, word: str, at: int, slavo: bool) -> bool:
    if rule.slavo is not None and rule.slavo != slavo:
        return False
    return rule.pattern.match(word, at) is not None
