"""Children of every origin are found by the name as somebody heard, read or transliterated it.

Each row: the name as recorded, then as typed. The rest of the search is right but vague: an age.
"""

import csv
from datetime import date

import pytest

from records.search import SearchTerms, TypedDate, search
from records.search.normalise import norm
from records.search.variants import DATA
from tests.records.search.worlds import (
    BORN,
    POSTCODE,
    TODAY,
    add_child,
    found,
    reasons,
    typed,
)

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

GIVEN = {
    "Irish": [
        ("Siobhán", "Shivon"),
        ("Siobhan", "Chevonne"),
        ("Niamh", "Neve"),
        ("Caoimhe", "Keeva"),
        ("Saoirse", "Seersha"),
        ("Aoife", "Eefa"),
        ("Róisín", "Rosheen"),
        ("Gráinne", "Grania"),
        ("Órla", "Orlagh"),
        ("Tadhg", "Tige"),
        ("Oisín", "Osheen"),
        ("Diarmuid", "Dermot"),
        ("Fiadh", "Fia"),
        ("Meabh", "Maeve"),
        ("Cathal", "Cahal"),
        ("Pádraig", "Patrick"),
        ("Éabha", "Ava"),
        ("Eoghan", "Owen"),
    ],
    "Scottish": [("Mhairi", "Varie"), ("Eilidh", "Ailey"), ("Ruaridh", "Rory"), ("Iain", "Ian")],
    "Welsh": [
        ("Siân", "Sharn"),
        ("Rhys", "Reece"),
        ("Llŷr", "Lear"),
        ("Gruffydd", "Griffith"),
        ("Ieuan", "Yeyan"),
        ("Angharad", "Anharad"),
        ("Dafydd", "Davith"),
        ("Ffion", "Feeon"),
        ("Llewelyn", "Lewellyn"),
        ("Nia", "Neea"),
        ("Efa", "Eva"),
        ("Owain", "Owen"),
        ("Cerys", "Karis"),
        ("Tomos", "Thomas"),
    ],
    "West African": [
        ("Oluwaseun", "Seun"),
        ("Kwabena", "Kobina"),
        ("Folasade", "Shade"),
        ("Chukwuemeka", "Emeka"),
        ("Adwoa", "Ajoa"),
        ("Ikechukwu", "Ike"),
        ("Mamadou", "Mohamed"),
        ("Fatoumata", "Fatima"),
        ("Olúwatóbi", "Tobi"),
        ("Ibrahima", "Ibrahim"),
        ("Ebele", "Ebelle"),
        ("Ayomide", "Ayo"),
        ("Oluwadamilola", "Damilola"),
        ("Akua", "Akwia"),
        ("Kwadwo", "Kojo"),
        ("Yaa", "Yah"),
        ("Chiamaka", "Amaka"),
        ("Uchenna", "Uche"),
    ],
    "East African": [
        ("Tewodros", "Theodros"),
        ("Nimco", "Nimo"),
        ("Maxamed", "Mohamed"),
        ("Cabdi", "Abdi"),
        ("Yohannes", "Johannes"),
        ("Xaawo", "Hawa"),
        ("Faadumo", "Fadumo"),
        ("Sagal", "Saghal"),
        ("Bisrat", "Bsrat"),
    ],
    "South Asian": [
        ("Lakshmi", "Laxmi"),
        ("Vijay", "Bijoy"),
        ("Saraswathi", "Sarasvati"),
        ("Jyoti", "Jothi"),
        ("Zeeshan", "Zishan"),
        ("Gurpreet", "Gurprit"),
        ("Harpreet", "Harprit"),
        ("Aarav", "Arav"),
        ("Aryan", "Aaryan"),
        ("Thulasi", "Tulsi"),
        ("Vishnu", "Bishnu"),
        ("Shreya", "Sreya"),
        ("Mohinder", "Mahinder"),
        ("Shahid", "Shaheed"),
        ("Sivan", "Shivan"),
        ("Tahmina", "Tahmeena"),
        ("Rukhsana", "Ruksana"),
    ],
    "Arabic": [
        ("Mohammed", "Muhammad"),
        ("Muhammad", "Mohd"),
        ("Yusuf", "Youssef"),
        ("Aisha", "Ayesha"),
        ("Abdulrahman", "Abdirahman"),
        ("Abd al-Rahman", "Abdulrahman"),
        ("Hussein", "Husayn"),
        ("Khadija", "Hatice"),
        ("Zaynab", "Zeinab"),
        ("Uthman", "Osman"),
        ("Jamal", "Gamal"),
        ("Qasim", "Kassim"),
        ("Nūr", "Noor"),
        ("Isra", "Esraa"),
        ("Ruqayyah", "Rokia"),
        ("Hudhayfa", "Huzaifa"),
        ("Thurayya", "Soraya"),
        ("Dhikra", "Zikra"),
        ("Abdelkader", "Abdul Qadir"),
    ],
    "Eastern European": [
        ("Krzysztof", "Kristof"),
        ("Wojciech", "Voytek"),
        ("Małgorzata", "Margaret"),
        ("Jędrzej", "Yendjey"),
        ("Volodymyr", "Vladimir"),
        ("Oleksandr", "Aleksander"),
        ("Ștefan", "Stephen"),
        ("Kateryna", "Ekaterina"),
        ("Zuzanna", "Susanna"),
        ("Yevhen", "Eugene"),
        ("Łucja", "Lucia"),
        ("Đorđe", "George"),
        ("Jānis", "Janis"),
        ("Žygimantas", "Zigmantas"),
        ("Ilie", "Elijah"),
        ("Ljubica", "Lyubitsa"),
        ("Hristo", "Christo"),
        ("Agnieszka", "Agnes"),
        ("Bohdan", "Bogdan"),
        ("Yelyzaveta", "Elizaveta"),
        ("Szymon", "Simon"),
        ("Mikołaj", "Nicholas"),
    ],
    "Other": [
        ("Ioannis", "Yannis"),
        ("João", "Joao"),
        ("Chaim", "Haim"),
        ("Rivka", "Rebecca"),
        ("Mehmet", "Mohammed"),
        ("Ayşe", "Aisha"),
        ("Iñaki", "Inaki"),
        ("Xiang", "Siang"),
        ("Çağla", "Chala"),
        ("Reyhan", "Rayhan"),
        ("Hossein", "Hussain"),
    ],
}
FAMILY = {
    "Irish": [
        ("Ó Briain", "O'Brien"),
        ("Ní Bhriain", "O'Brien"),
        ("Mac Cárthaigh", "McCarthy"),
        ("Ní Dhomhnaill", "O'Donnell"),
        ("O'Shaughnessy", "Shaughnessy"),
        ("McLoughlin", "MacLachlan"),
        ("Doherty", "Docherty"),
        ("Kavanagh", "Cavanagh"),
        ("O'Neill", "Neil"),
    ],
    "Welsh": [("Llewellyn", "Fluellen"), ("Pugh", "Pew"), ("ap Huw", "Pugh"), ("Gwyn", "Wynne")],
    "West African": [
        ("Diallo", "Jalloh"),
        ("Ndiaye", "Njie"),
        ("Traoré", "Trawally"),
        ("Cissé", "Ceesay"),
        ("Agyeman", "Adjeman"),
        ("Okafor", "Okeafor"),
        ("Coulibaly", "Kulibali"),
        ("Nwachukwu", "Nwachuku"),
        ("Ogunleye", "Ogunleyeh"),
        ("Adébáyò", "Adebayo"),
        ("Sesay", "Sisay"),
        ("Ouédraogo", "Wedraogo"),
    ],
    "East African": [("Cali", "Ali"), ("Jaamac", "Jama"), ("Ghebremedhin", "Gebremedhin")],
    "South Asian": [
        ("Chowdhury", "Chaudhry"),
        ("Mukhopadhyay", "Mukherjee"),
        ("Aggarwal", "Agrawal"),
        ("Bandyopadhyay", "Banerji"),
        ("Dhillon", "Dillon"),
        ("Iyer", "Aiyar"),
        ("Quraishi", "Qureshi"),
        ("Subramaniam", "Subrahmanyam"),
        ("Krishnamurthy", "Krishnamoorthi"),
        ("Sivakumar", "Shivakumar"),
        ("Thakur", "Tagore"),
        ("Mahmood", "Mehmud"),
    ],
    "Arabic": [
        ("Al-Hassan", "Alhassan"),
        ("Al-Hassan", "Hassan"),
        ("El Sayed", "Elsayed"),
        ("bin Rashid", "Rasheed"),
        ("Abu Bakr", "Aboubakar"),
        ("Othman", "Usman"),
        ("ʿAbd Allāh", "Abdullah"),
    ],
    "Eastern European": [
        ("Kowalska", "Kowalski"),
        ("Wiśniewska", "Vishnevsky"),
        ("Szewczenko", "Shevchenko"),
        ("Dąbrowski", "Dombrowski"),
        ("Ivanova", "Ivanov"),
        ("Wójcik", "Voycik"),
        ("Novák", "Nowak"),
        ("Nováková", "Novak"),
        ("Țurcanu", "Turcanu"),
        ("Kazlauskienė", "Kazlauskas"),
        ("Bērziņš", "Berzins"),
        ("Hoxha", "Hodja"),
        ("Jovanović", "Yovanovich"),
        ("Lakatoš", "Lakatos"),
    ],
    "Other": [
        ("Nguyễn", "Nguyen"),
        ("Zhang", "Cheung"),
        ("Öztürk", "Ozturk"),
        ("Y\u0131lmaz", "Yilmaz"),
        ("de Souza", "D'Souza"),
        ("da Silva Santos", "Silva"),
        ("Fernández", "Fernandes"),
        ("Papadopoulou", "Papadopoulos"),
        ("Van der Berg", "Vandenberg"),
        ("Featherstonehaugh", "Fanshaw"),
    ],
}


def each(table):
    return [
        pytest.param(*pair, id=f"{origin}: {pair[0]} as {pair[1]}")
        for origin, pairs in table.items()
        for pair in pairs
    ]


@pytest.mark.parametrize(("recorded", "heard"), each(GIVEN))
def test_a_child_is_found_by_the_given_name_as_somebody_else_writes_it(recorded, heard):
    child = add_child(recorded, "Winterbourne", postcode="")
    terms = {"given_name": heard, "family_name": "Winterbourne", "age_from": 10, "age_to": 12}
    assert found(**terms) == [child]
    assert any(reason.startswith("Given name: ") for reason in reasons(**terms))


@pytest.mark.parametrize(("recorded", "heard"), each(FAMILY))
def test_a_child_is_found_by_the_family_name_as_somebody_else_writes_it(recorded, heard):
    child = add_child("Winifred", recorded, postcode="")
    terms = {"given_name": "Winifred", "family_name": heard, "age_from": 10, "age_to": 12}
    assert found(**terms) == [child]
    assert any(reason.startswith("Family name: ") for reason in reasons(**terms))


def test_a_child_recorded_in_another_script_is_found_by_its_name_in_ours():
    """The record carries both: as the family writes it, and as a passport does."""
    child = add_child("\u041e\u043b\u0435\u043d\u0430", "\u041a\u043e\u0432\u0430\u043b\u044c",
                      other_names=[("alias", "Olena", "Koval")], postcode="")  # fmt: skip
    terms = {"given_name": "Elena", "family_name": "Kowal", "date_of_birth": typed(BORN)}
    assert found(**terms) == [child]


def test_somebody_who_types_another_alphabet_is_told_to_write_it_as_it_sounds():
    refusal = search(
        SearchTerms("\u0645\u062d\u0645\u062f", "\u062e\u0627\u0646", typed(BORN)), today=TODAY
    ).refusal
    assert refusal is not None
    assert "as it sounds" in refusal.advice


@pytest.mark.parametrize(
    ("recorded", "heard"),
    [
        (("Siobhán", "Ní Bhriain"), ("Shivon", "O'Brien")),
        (("Muhammad", "Al-Hassan"), ("Mohamed", "Hassan")),
        (("Oluwaseun", "Adébáyò-Cole"), ("Seun", "Adebayo")),
        (("Krzysztof", "Dąbrowski"), ("Kristof", "Dombrowski")),
        (("Lakshmi", "Subramaniam"), ("Laxmi", "Subrahmanyam")),
        (("Rhys", "ap Huw"), ("Reece", "Pugh")),
        (("Maxamed", "Jaamac"), ("Mohammed", "Jama")),
    ],
)
def test_a_child_is_found_when_both_names_are_another_spelling_and_the_date_is_swapped(
    recorded, heard
):
    child = add_child(*recorded)
    terms = {"given_name": heard[0], "family_name": heard[1]}
    assert found(**terms, date_of_birth=TypedDate(2015, 9, 3)) == [child]


def test_a_name_and_its_other_spelling_are_one_child_not_two_when_siblings_stand_by():
    """A brother who bears yet another name of the same family does not come first."""
    add_child("Yusuf", "Al-Hassan", born=date(2012, 5, 6), sex="M")
    child = add_child("Muhammad", "Al-Hassan", sex="M")
    terms = {"given_name": "Mohamed", "family_name": "Hasan", "postcode": POSTCODE}
    assert found(**terms)[0] == child


def rows():
    with (DATA / "variants.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(line for line in lines if not line.startswith("#")))


def test_every_group_of_spellings_says_its_use_and_origin_and_has_others():
    for use, origin, *spellings in rows():
        assert use in {"given", "family", "both"}, spellings
        assert origin
        letters = [norm(spelling) for spelling in spellings]
        assert len(set(letters)) >= 2, spellings
        assert len(set(spellings)) == len(spellings), spellings


def test_no_group_of_spellings_stands_twice():
    firsts = [(use, row[0]) for use, _, *row in rows()]
    assert len(set(firsts)) == len(firsts)


def test_the_tables_name_the_works_they_can_be_checked_against():
    for table in ("variants.csv", "short_forms.csv"):
        head = (DATA / table).read_text("utf-8").partition("\n\n")[0]
        assert "general knowledge" in head
        assert "nothing was copied" in head
        assert "ONS" in head


@pytest.mark.parametrize("origin", ["Irish", "Welsh", "West African", "South Asian", "Arabic"])
def test_each_named_origin_has_given_and_family_names(origin):
    uses = {use for use, found_in, *_ in rows() if found_in == origin}
    assert {"given", "family"} <= uses or "both" in uses
