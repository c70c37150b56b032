"""Invented people: names of their countries, ages that fit the band, nobody who ever lived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.demo.dice import Dice

LANGUAGES = {"TH": "th", "MM": "my", "LA": "lo", "KH": "km", "VN": "vi", "ID": "id", "MY": "ms", "UG": "en"}

# Country -> given names of women, of men, family names (or second names where there are none), places of origin.
NAMES: dict[str, tuple[str, str, str, str]] = {
    "TH": (
        "Anong Busaba Chanida Duangjai Kanya Lamai Malee Nittaya Pensri Ratana Siriporn Wanida",
        "Anan Boonmee Chaiwat Decha Kittisak Manop Narong Prasert Somchai Surin Thawee Wichai",
        "Boonsri Chaiyo Duangdee Inthong Kaewmanee Mookdee Phromsiri Saengthong Srisuk Thongdee",
        "Phayao|Nan|Loei|Yasothon|Surin|Satun|Kamphaeng Phet|Chaiyaphum",
    ),
    "MM": (
        "Aye Cho|Ei Phyu|Hnin Si|Khin Mar|Mi Chan|Moe Thida|Nan Kham|Nwe Nwe|San Yu|Thin Zar|Yin Yin|Zin Mar",
        "Aung Kyaw|Bo Ni|Htet Lin|Ko Latt|Kyaw Zin|Min Thu|Nai Soe|Sai Lone|Saw Eh|Thein Tun|Tun Oo|Zaw Min",
        "Hlaing Htwe Lwin Maung Myint Naing Oo Soe Than Win",
        "Hpa-An|Mawlamyine|Dawei|Kyaikto|Bago|Magway|Kengtung|Pathein",
    ),
    "LA": (
        "Bouavanh Chanthala Dalaphone Kesone Latsamy Manichanh Noy Phonesavanh Somphone Vilay",
        "Bounmy Khamphone Khamsing Phouthone Sengdao Sisouk Somsack Thongdam Vanhxay Xaysana",
        "Chanthavong Inthavong Keomany Luangphachan Phommachanh Sayavong Sihalath Vongsa",
        "Savannakhet|Salavan|Champasak|Khammouane|Sayaboury|Attapeu",
    ),
    "KH": (
        "Bopha Chantrea Kolab Maly Phalla Rachana Sokha Sreyneang Theary Vanna",
        "Bunthoeun Chamroeun Dara Kosal Makara Narin Phearun Rithy Sopheap Vuthy",
        "Chea Heng Keo Long Meas Nhem Prak Sok Tep Yim",
        "Battambang|Prey Veng|Pursat|Svay Rieng|Siem Reap|Kampong Thom",
    ),
    "VN": (
        "Bich Dao Hanh Hien Huong Lan Mai Nga Phuong Thao",
        "Binh Cuong Dung Hai Hung Khanh Long Minh Quang Tuan",
        "Bui Cao Dinh Duong Ha Ho Lam Mac Truong Vu",
        "Nghe An|Ha Tinh|Quang Binh|Kien Giang|Ca Mau|Binh Dinh",
    ),
    "ID": (
        "Ayu Dewi Fitri Indah Lestari Putri Ratna Sari",
        "Agus Bambang Budi Eko Hendra Joko Slamet Wahyu",
        "Hidayat Kusuma Nugroho Pratama Santoso Saputra Setiawan Wibowo",
        "Brebes|Tegal|Pemalang|Flores|Lombok",
    ),
    "MY": (
        "Aisyah Farah Lina Noraini Siti Zainab",
        "Ahmad Faizal Hafiz Ismail Razak Zulkifli",
        "Abdullah Hamid Ibrahim Kassim Omar Yusof",
        "Kelantan|Kedah|Perlis|Sabah",
    ),
    "UG": (
        "Apio Birungi Kemigisha Nabirye Nakato Namusoke",
        "Kato Mugisha Okello Opio Ssali Wasswa",
        "Achieng Byaruhanga Kyomuhendo Lubega Nakanjako Otim",
        "Jinja|Mbale|Gulu|Masaka",
    ),
}
YOUNGEST = {"0-14": 8, "15-17": 15, "18+": 18, "0-17": 9}
OLDEST = {"0-14": 14, "15-17": 17, "18+": 46, "0-17": 17}


@dataclass(frozen=True, slots=True)
class Invented:
    """One invented person, with the codes that are counted and the words that are sealed."""

    number: int
    nationality: str
    exploitation: str
    age_band: str
    sex: str
    age: int
    identity: dict[str, Any]

    @property
    def child(self) -> bool:
        """Under 18."""
        return self.age < 18

    @property
    def language(self) -> str:
        """The person's language (ISO 639-1)."""
        return LANGUAGES[self.nationality]


def invent(
    number: int, nationality: str, exploitation: str, age_band: str, sex: str, year: int, seed: object
) -> Invented:
    """The person with that number: the same in every build.

    age_band: of the shelter table, or 0-17 of the returns, which is refined to one of them. year: in which the
    case opens, for the birth year.
    """
    dice = Dice("person", seed, number)
    women, men, families, places = NAMES[nationality]
    age = dice.between(YOUNGEST[age_band], OLDEST[age_band])
    band = age_band if age_band != "0-17" else ("0-14" if age < 15 else "15-17")
    family = dice.pick(_parts(families))
    place = dice.pick(_parts(places))
    relative = dice.pick(("mother", "aunt", "grandmother", "older sister", "uncle"))
    identity: dict[str, Any] = {
        "given_names": dice.pick(_parts(women if sex == "F" else men)),
        "family_name": family,
        "birth_year": year - age,
        "sex": sex,
        "place_of_origin": place,
        "safe_contact": "only through the case worker",
        "family_contact": f"{relative}, {place}; ask for the family {family} at the village office",
    }
    if dice.chance(20):
        identity["health_alert"] = dice.pick(
            ("asthma, carries an inhaler", "old fracture of the left hand", "sleeps badly, sees the counsellor")
        )
    return Invented(number, nationality, exploitation, band, sex, age, identity)


def _parts(text: str) -> list[str]:
    return text.split("|") if "|" in text else text.split()
