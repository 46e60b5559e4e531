"""Numbers and codes that look right and were never issued, each with why it cannot be real.

Pure: a serial number in, a code out. Which child gets which is `children.py`'s business.
"""

from __future__ import annotations

# Postcode areas: the only one of Royal Mail that begins with Z is ZE (Lerwick); I, J and Z never
# stand second (BS 7666). ZZ, with which the NHS marks "no fixed abode", is left alone as well.
POSTCODE_AREAS = tuple("Z" + letter for letter in "ABCDFGHKLMNOPQRSTUVWXY")
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"  # C I K M O V never stand in the second half
_DISTRICTS = 14
_UNITS = _DISTRICTS * 10 * len(_INWARD) ** 2  # postcodes an authority can have

# Unique reference numbers of schools run upwards from 100000 and, for Wales, from 400000.
FIRST_URN = 990_000
SCHOOLS_AN_AUTHORITY = 60

# A practice's ODS code is one letter and five digits; no ODS code is two letters Q and four digits.
PRACTICES_AN_AUTHORITY = 60

# Set aside by the NHS for synthetic patients: 900 000 000 to 999 999 999, before the check digit.
_FIRST_NHS = 900_000_000
_NHS_NUMBERS = 100_000_000
_STRIDE = 15_485_863  # prime, so that steps of it visit every number once


def _weighed(places: tuple[int, int, int]) -> tuple[int, ...]:
    """What each of 000 to 999 adds to the modulus-11 sum where its three digits weigh `places`."""
    first, second, third = places
    return tuple(n // 100 * first + n // 10 % 10 * second + n % 10 * third for n in range(1000))


# The check digit three digits at a time: much faster than digit by digit, and every child has one.
_HEAD, _MIDDLE, _TAIL = _weighed((10, 9, 8)), _weighed((7, 6, 5)), _weighed((4, 3, 2))


def postcode(area: int, serial: int) -> str:
    """A postcode of the authority numbered `area` (0 to 153); neighbours do not look alike."""
    unit = serial * 7919 % _UNITS
    unit, last = divmod(unit, len(_INWARD))
    unit, first = divmod(unit, len(_INWARD))
    district, sector = divmod(unit, 10)
    group, letter = divmod(area, len(POSTCODE_AREAS))
    outward = group * _DISTRICTS + district + 1
    return f"{POSTCODE_AREAS[letter]}{outward} {sector}{_INWARD[first]}{_INWARD[last]}"


def nhs_number(serial: int, world: int = 0) -> str:
    """A valid number of the synthetic range; "" for the one child in 120 who has no such number."""
    for turn in (0, 1):
        digits = _FIRST_NHS + (world + 2 * serial + turn) * _STRIDE % _NHS_NUMBERS
        rest, tail = divmod(digits, 1000)
        check = -(_HEAD[rest // 1000] + _MIDDLE[rest % 1000] + _TAIL[tail]) % 11
        if check < 10:
            return str(digits * 10 + check)
    return ""


def urn(area: int, serial: int) -> str:
    """The unique reference number of the school `serial` (0 to 59) in an authority."""
    return str(FIRST_URN + area * SCHOOLS_AN_AUTHORITY + serial)


def ods_code(area: int, serial: int) -> str:
    """The code of the practice `serial` (0 to 59) in an authority."""
    return f"QQ{area * PRACTICES_AN_AUTHORITY + serial:04d}"


def uprn(serial: int) -> str:
    """A unique property reference number: issued ones with twelve digits do not begin with 999."""
    return f"999{serial % 1_000_000_000:09d}"


def landline(serial: int) -> str:
    """Ofcom keeps 01632 960000 to 960999 for drama."""
    return f"01632 960{serial % 1000:03d}"


def mobile(serial: int) -> str:
    """Ofcom keeps 07700 900000 to 900999 for drama."""
    return f"07700 900{serial % 1000:03d}"
