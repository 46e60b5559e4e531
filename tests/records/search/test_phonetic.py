"""Double Metaphone gives the codes of the published algorithm."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.search.phonetic import double_metaphone

KNOWN = {
    "SMITH": ("SM0", "XMT"),
    "SCHMIDT": ("XMT", "SMT"),
    "THOMAS": ("TMS", ""),
    "CATHERINE": ("K0RN", "KTRN"),
    "KATHRYN": ("K0RN", "KTRN"),
    "PHILIP": ("FLP", ""),
    "FILIP": ("FLP", ""),
    "KNIGHT": ("NT", ""),
    "WRIGHT": ("RT", ""),
    "MICHAEL": ("MKL", "MXL"),
    "CHARLES": ("XRLS", ""),
    "JAMES": ("JMS", "AMS"),
    "HUGH": ("H", ""),
    "GOUGH": ("KF", ""),
    "LAUGH": ("LF", ""),
    "MCCARTHY": ("MKR0", "MKRT"),
    "MCHUGH": ("MK", ""),
    "CAESAR": ("SSR", ""),
    "SCHOOL": ("SKL", ""),
    "XAVIER": ("SF", "SFR"),
    "WILLIAM": ("ALM", "FLM"),
    "WASHINGTON": ("AXNK", "FXNK"),
    "ARNOW": ("ARN", "ARNF"),
    "FILIPOWICZ": ("FLPT", "FLPF"),
    "JONES": ("JNS", "ANS"),
    "THUMB": ("0M", "TM"),
    "ACCIDENT": ("AKST", ""),
    "BACCHUS": ("PKS", ""),
    "BELLOCCHIO": ("PLX", ""),
    "CABRILLO": ("KPRL", "KPR"),
    "CAMPBELL": ("KMPL", ""),
    "RASPBERRY": ("RSPR", ""),
    "ISLAND": ("ALNT", ""),
    "SUGAR": ("XKR", "SKR"),
    "BREAUX": ("PR", ""),
    "EDGE": ("AJ", ""),
    "EDGAR": ("ATKR", ""),
    "DUMB": ("TM", ""),
    "GHISLANE": ("JLN", ""),
    "TAGLIARO": ("TKLR", "TLR"),
    "CHORUS": ("KRS", ""),
    "MACHER": ("MKR", ""),
    "BACHER": ("PKR", ""),
    "ARCHITECT": ("ARKT", ""),
    "CZERNY": ("SRN", "XRN"),
    "FOCACCIA": ("FKX", ""),
    "PIZZA": ("PS", "PTS"),
    "SZABO": ("SP", "XP"),
}


@pytest.mark.parametrize(("name", "codes"), KNOWN.items(), ids=KNOWN)
def test_a_name_has_its_published_codes(name, codes):
    assert double_metaphone(name) == codes


@given(st.text(alphabet=string.ascii_uppercase, max_size=30))
def test_any_letters_have_codes_of_at_most_four_symbols(word):
    primary, secondary = double_metaphone(word)
    assert len(primary) <= 4
    assert len(secondary) <= 4
    assert primary != secondary or not primary
    assert set(primary + secondary) <= set("AFHJKLMNPRSTX0")
