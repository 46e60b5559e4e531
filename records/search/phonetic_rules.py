"""The rules of Double Metaphone as a table: letter by letter, first match wins.

Source: Lawrence Philips, C/C++ Users Journal, June 2000. A rule is a pattern that starts at the
letter (it may look behind), both codes, and the letters used up. "0" stands for the sound of TH.
No walking here (phonetic.py). Names have no spaces: rules for "VAN " and "SAN " are out.
"""

import re
from typing import NamedTuple


class Rule(NamedTuple):
    """One reading of a letter in its surroundings."""

    pattern: re.Pattern[str]
    primary: str
    secondary: str
    length: int
    slavo: bool | None


SLAVO_GERMANIC = re.compile("W|K|CZ")
SILENT_START = re.compile("GN|KN|PN|WR|PS")
V = "[AEIOUY]"
NV = "[^AEIOUY]"

# pattern, codes ("first/second", "" for silence), letters used; "!" = not in Slavo-Germanic
# words, "+" = only in them.
Line = tuple[str, str, int] | tuple[str, str, int, str]

TABLE: dict[str, tuple[Line, ...]] = {
    **dict.fromkeys("AEIOUY", (("^.", "A", 1), (".", "", 1))),
    "B": (("BB", "P", 2), ("B", "P", 1)),
    "C": (
        (f"(?<={NV}A)CH(?=[^IE]|$)", "K", 2),
        ("(?<=BA)CHER", "K", 2),
        ("(?<=MA)CHER", "K", 2),
        ("^CAESAR", "S", 2),
        ("CHIA", "K", 2),
        ("(?!^)CHAE", "K/X", 2),
        ("^CH(?=ARAC|ARIS|OR(?!E)|YM|IA|EM)", "K", 2),
        ("(?<=^S)CH", "K", 2),
        ("(?<=OR)CH(?=ES|ID)|(?<=AR)CH(?=IT)", "K", 2),
        ("CH(?=[TS])", "K", 2),
        ("(?<=[AEOU])CH(?=[LRNMBHFVW]|$)|^CH(?=[LRNMBHFVW])", "K", 2),
        ("(?<=^M)CH", "K", 2),
        ("^CH", "X", 2),
        ("(?<=^MC)CH|(?<=^MC.)CH|(?<=^MC..)CH|(?<=^MC...)CH", "K", 2),
        ("CH", "X/K", 2),
        ("(?<!WI)CZ", "S/X", 2),
        ("CCIA", "X", 3),
        ("(?<=^A)CC(?=[IE]|H(?!U))|(?<=U)CC(?=EE|ES)", "KS", 3),
        ("(?<!^M)CC(?=[IE]|H(?!U))", "X", 3),
        ("(?<!^M)CC", "K", 2),
        ("C[KGQ]", "K", 2),
        ("CI[OEA]", "S/X", 2),
        ("C[IEY]", "S", 2),
        ("C[CKQ](?![EI])", "K", 2),
        ("C", "K", 1),
    ),
    "D": (("DG[IEY]", "J", 3), ("DG", "TK", 2), ("D[TD]", "T", 2), ("D", "T", 1)),
    "F": (("FF", "F", 2), ("F", "F", 1)),
    "G": (
        (f"(?<={NV})GH", "K", 2),
        ("^GHI", "J", 2),
        ("^GH", "K", 2),
        ("(?<=[BHD].)GH|(?<=[BHD]..)GH|(?<=[BH]...)GH", "", 2),
        ("(?<=[CGLRT].U)GH", "F", 2),
        ("(?<!I)GH", "K", 2),
        ("GH", "", 2),
        (f"(?<=^{V})GN", "KN/N", 2, "!"),
        ("GN(?!EY)", "N/KN", 2, "!"),
        ("GN", "KN", 2),
        ("GLI", "KL/L", 2, "!"),
        ("^G(?:Y|ES|EP|EB|EL|EY|IB|IL|IN|IE|EI|ER)", "K/J", 2),
        ("(?<!^DAN)(?<!^RAN)(?<!^MAN)(?<![EI])GER", "K/J", 2),
        ("(?<![EIRO])GY", "K/J", 2),
        ("(?<=^SCH.)G[EIY]|(?<=^SCH..)G[EIY]|GET", "K", 2),
        ("GIER$", "J", 2),
        ("G[EIY]|(?<=[AO])GGI", "J/K", 2),
        ("GG", "K", 2),
        ("G", "K", 1),
    ),
    "H": ((f"(?:^|(?<={V}))H{V}", "H", 2), ("H", "", 1)),
    "J": (
        ("^JOSE$", "H", 1),
        ("JOSE", "J/H", 1),
        ("^JJ", "J/A", 2),
        ("^J", "J/A", 1),
        (f"(?<={V})J(?=[AO])", "J/H", 1, "!"),
        ("J$", "J/", 1),
        ("JJ", "J", 2),
        ("(?<![SKL])J(?![LTKSNMBZ])", "J", 1),
    ),
    "K": (("KK", "K", 2), ("K", "K", 1)),
    "L": (
        ("(?<=I)LL[OA]$|(?<=A)LLE$|(?<=A)LLE(?=.*(?:[AO]S|[AO])$)", "L/", 2),
        ("LL", "L", 2),
        ("L", "L", 1),
    ),
    "M": (("(?<=U)MB(?:$|ER)", "M", 2), ("MM", "M", 2), ("M", "M", 1)),
    "N": (("NN", "N", 2), ("N", "N", 1)),
    "P": (("PH", "F", 2), ("P[PB]", "P", 2), ("P", "P", 1)),
    "Q": (("QQ", "K", 2), ("Q", "K", 1)),
    "R": (
        ("(?<=[^M][^EA]IE)R$|(?<=[^M][EA]IE)R$|(?<=M[^EA]IE)R$", "/R", 1, "!"),
        ("RR", "R", 2),
        ("R", "R", 1),
    ),
    "S": (
        ("(?<=[IY])SL", "", 1),
        ("^SUGAR", "X/S", 1),
        ("SH(?:EIM|OEK|OLM|OLZ)", "S", 2),
        ("SH", "X", 2),
        ("SI[OA]", "S/X", 3, "!"),
        ("SI[OA]", "S", 3),
        ("SZ", "S/X", 2),
        ("^S[MNLW]", "S/X", 1),
        ("SCH(?:ER|EN)", "X/SK", 3),
        ("SCH(?:OO|UY|ED|EM)", "SK", 3),
        (f"^SCH(?![AEIOUYW])(?={NV})", "X/S", 3),
        ("SCH", "X", 3),
        ("SC[IEY]", "S", 3),
        ("SC", "SK", 3),
        ("(?<=[AO]I)S$", "/S", 1),
        ("SS", "S", 2),
        ("S", "S", 1),
    ),
    "T": (
        ("TION|TIA|TCH", "X", 3),
        ("TH(?=[OA]M)|(?<=^SCH.)TH|(?<=^SCH..)TH|(?<=^SCH...)TH", "T", 2),
        ("TH|TTH", "0/T", 2),
        ("T[TD]", "T", 2),
        ("T", "T", 1),
    ),
    "V": (("VV", "F", 2), ("V", "F", 1)),
    "W": (
        ("WR", "R", 2),
        (f"^W{V}", "A/F", 1),
        ("^WH", "A", 1),
        ("(?<=[EO])WSK[IY]", "/F", 1),
        ("WI[CT]Z", "TS/FX", 4),
        (f"(?<={V})W$", "/F", 1),
        ("W", "", 1),
    ),
    "X": (
        ("^X", "S", 1),
        ("(?<=[IE]AU)X$|(?<=[AO]U)X$", "", 1),
        ("X[CX]", "KS", 2),
        ("X", "KS", 1),
    ),
    "Z": (
        ("ZH", "J", 2),
        ("ZZ(?=O|I|A)", "S/TS", 2),
        ("Z(?=ZO|ZI|ZA)", "S/TS", 1),
        ("(?<=[^T])ZZ", "S/TS", 2, "+"),
        ("(?<=[^T])Z", "S/TS", 1, "+"),
        ("ZZ", "S", 2),
        ("Z", "S", 1),
    ),
}


def _rule(line: Line) -> Rule:
    pattern, codes, length = line[:3]
    primary, slash, secondary = codes.partition("/")
    slavo = {"!": False, "+": True}[line[3]] if len(line) == 4 else None
    return Rule(re.compile(pattern), primary, secondary if slash else primary, length, slavo)


RULES = {letter: tuple(_rule(line) for line in lines) for letter, lines in TABLE.items()}
