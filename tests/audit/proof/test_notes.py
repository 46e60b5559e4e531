"""Notes: what is signed is believed, what is changed is not, and keys travel as text."""

import base64

import pytest

from audit.ledger.notes import Checkpoint, KeyKind, Note, NoteInvalid, Signer, Verifier

LOG = Signer.generate("index.example/audit", KeyKind.LOG)
WITNESS = Signer.generate("witness.example/w1", KeyKind.WITNESS)
CHECKPOINT = Checkpoint("index.example/audit", 20_000, bytes(range(32)))


def signed(*lines: str) -> str:
    return CHECKPOINT.text() + "\n" + "".join(lines)


def test_a_checkpoint_is_signed_by_the_log_and_cosigned_by_a_witness() -> None:
    text = CHECKPOINT.text()
    note = signed(LOG.signature_line(text), WITNESS.signature_line(text, at=1_700_000_000))
    parsed = Note.parse(note)
    assert Checkpoint.from_text(parsed.text) == CHECKPOINT
    assert parsed.signed_by([LOG.verifier, WITNESS.verifier]) == {
        LOG.verifier: 0,
        WITNESS.verifier: 1_700_000_000,
    }


def test_a_changed_size_is_noticed() -> None:
    note = signed(LOG.signature_line(CHECKPOINT.text())).replace("20000", "20001")
    with pytest.raises(NoteInvalid, match=r"index\.example"):
        Note.parse(note).signed_by([LOG.verifier])


def test_a_cosignature_with_another_time_is_noticed() -> None:
    line = WITNESS.signature_line(CHECKPOINT.text(), at=1_700_000_000)
    blob = bytearray(base64.b64decode(line.split(" ")[2]))
    blob[11] ^= 1
    forged = f"\u2014 {WITNESS.name} {base64.b64encode(blob).decode()}\n"
    with pytest.raises(NoteInvalid):
        Note.parse(signed(forged)).signed_by([WITNESS.verifier])


def test_another_key_under_the_same_name_does_not_count() -> None:
    impostor = Signer.generate(LOG.name, KeyKind.LOG)
    note = Note.parse(signed(impostor.signature_line(CHECKPOINT.text())))
    assert note.signed_by([LOG.verifier]) == {}


def test_keys_travel_as_text() -> None:
    for signer in (LOG, WITNESS):
        assert Signer.from_skey(signer.to_skey() + "\n") == signer
        assert Verifier.from_vkey(signer.verifier.to_vkey() + "\n") == signer.verifier
    assert LOG.secret.hex() not in repr(LOG)


@pytest.mark.parametrize(
    "vkey",
    ["", "name", "name+00000000+AAAA", "na me+00000000+AAAA", LOG.to_skey()],
    ids=["nothing", "a name", "too short", "a space", "a private key"],
)
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(NoteInvalid):
        Verifier.from_vkey(vkey)


def test_a_key_whose_identifier_was_changed_is_refused() -> None:
    name, key_id, key = LOG.verifier.to_vkey().split("+", 2)
    other = f"{int(key_id, 16) ^ 1:08x}"
    with pytest.raises(NoteInvalid, match="identifier"):
        Verifier.from_vkey(f"{name}+{other}+{key}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        "o\n01\n" + "A" * 43 + "=\n",
        "o\n-1\n" + "A" * 43 + "=\n",
        "o\n1\nAAAA\n",
        "o\n1\n" + "A" * 43 + "=\nextension\n",
        "\n1\n" + "A" * 43 + "=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteInvalid):
        Checkpoint.from_text(text)


@pytest.mark.parametrize(
    "note",
    [
        "text only\n",
        CHECKPOINT.text(),
        signed("no dash\n"),
        signed("\u2014 name\n"),
        signed("\u2014 name not-base-64!\n"),
        signed(LOG.signature_line(CHECKPOINT.text())).replace("index", "in\tdex"),
        signed(*[LOG.signature_line(CHECKPOINT.text())] * 33),
    ],
    ids=[
        "no signature",
        "a checkpoint alone",
        "no dash",
        "no signature after the name",
        "no base64",
        "a control character",
        "too many",
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(NoteInvalid):
        Note.parse(note)
