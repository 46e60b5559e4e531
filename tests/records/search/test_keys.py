"""Search rows: the same child, the same row; nothing by which many could be listed."""

from hypothesis import given
from hypothesis import strategies as st

from records.models import NameUse
from records.search import keys
from records.search.keys import IndexedChild, IndexedName, search_row

CHILD = IndexedChild((IndexedName("Oliver", "Smith"),), (20150304,), "M", ("AB1 2CD",))

names = st.text(alphabet="abcdefg -'", min_size=0, max_size=12)
children = st.builds(
    IndexedChild,
    names=st.lists(
        st.builds(IndexedName, names, names, st.sampled_from(NameUse.values), names),
        min_size=1,
        max_size=3,
    ).map(tuple),
    births=st.lists(st.integers(20000101, 20261231), max_size=2).map(tuple),
    sex=st.sampled_from("FMN"),
    postcodes=st.lists(st.sampled_from(["AB1 2CD", "ZZ99 9ZZ"]), max_size=2).map(tuple),
)


def test_mix64_gives_the_published_numbers():
    # The first outputs of SplitMix64 from seed 0 (Vigna's reference), as signed numbers.
    assert keys.mix64(0) & keys.MASK == 0xE220A8397B1DCDAF
    assert keys.mix64(0x9E3779B97F4A7C15) & keys.MASK == 0x6E789E6AA1B965F4


def test_a_plain_child_has_six_keys_and_one_document():
    found, doc = search_row(CHILD)
    assert len(found) == 6
    assert doc == "OLIVER|SMITH/20150304/M/AB12CD"


@given(children)
def test_the_row_of_a_child_is_always_the_same_sorted_and_of_64_bits(child):
    found, doc = search_row(child)
    assert (found, doc) == search_row(child)
    assert found == sorted(set(found))
    assert all(-(2**63) <= key < 2**63 for key in found)
    assert doc.count("/") == 3


@given(children)
def test_kept_numbers_equal_numbers_worked_out_anew(child):
    """The caches that make bulk loading fast change nothing."""
    kept = search_row(child)
    for cache in (keys.of_code, keys.of_date, keys.of_year, keys.of_place, keys.recorded_codes):
        cache.cache_clear()
    assert search_row(child) == kept


def test_keys_of_two_names_do_not_depend_on_their_order():
    swapped = CHILD._replace(names=(IndexedName("Smith", "Oliver"),))
    ours, theirs = set(search_row(CHILD)[0]), set(search_row(swapped)[0])
    assert len(ours & theirs) == 5  # all but the district key, which is of the family name


def test_no_key_is_of_a_name_alone_or_of_a_street():
    alone = IndexedChild((IndexedName("Oliver", ""),), (), "M", ())
    assert search_row(alone)[0] == []
    other = CHILD._replace(births=(20111111,), postcodes=("XY9 8ZW",))
    assert not set(search_row(CHILD)[0]) & set(search_row(other)[0])


def test_a_year_of_birth_alone_makes_no_key_of_a_date():
    year_only = CHILD._replace(births=(20150000,))
    shared = set(search_row(CHILD)[0]) & set(search_row(year_only)[0])
    assert len(shared) == 3  # names and year, postcode, family name and district
