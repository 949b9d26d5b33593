"""Invented names, and what agencies make of them: nicknames, spellings heard, slips of the keyboard."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

DRAWN = 500  # of mimesis's names, in an order that never changes

# Besides the British pool: a city's names come from everywhere. They go with ethnicity; nothing else does.
MORE: dict[str, tuple[str, str, str]] = {  # female, male, family
    "south-asian": (
        "Aisha Fatima Zara Maryam Amina Hafsa Iqra Saima Priya Anjali Simran Jasmeet Noor Sana Hira Aaliyah Meera Kiran",
        "Mohammed Muhammad Yusuf Ibrahim Hamza Bilal Imran Adeel Zain Ayaan Arjun Rohan Harpreet Gurdeep Tariq Usman Haroon",
        "Khan Hussain Ahmed Begum Akhtar Iqbal Malik Mahmood Singh Kaur Patel Sharma Miah Rahman Chowdhury Uddin Shah",
    ),
    "african-caribbean": (
        "Blessing Grace Esther Amara Zuri Imani Chantelle Adaeze Folasade Abena Efua Makeda Shanice Naomi Ruth Temperance",
        "Emmanuel Daniel Kofi Kwame Tunde Chidi Malachi Jerome Marlon Isaiah Samuel Ade Obi Tendai Kwabena Elijah",
        "Okafor Mensah Adeyemi Boateng Campbell Brown Clarke Williams Osei Nwosu Moyo Grant Afolabi Owusu Bailey Francis",
    ),
    "east-european": (
        "Zofia Maja Zuzanna Oliwia Andreea Ioana Elena Katarina Daniela Lenka Viktoria Milena Roksana Kinga",
        "Jakub Kacper Szymon Filip Andrei Stefan Marek Tomas Lukas Dominik Mateusz Vasile Bogdan Ivan",
        "Kowalski Nowak Wojcik Popescu Ionescu Horvath Novak Lakatos Balaz Kaminski Zielinska Dumitru Petrov",
    ),
    "east-asian": (
        "Mei Li-Na Xiu Hui Jing Yan Lan Thi Suki Yuki",
        "Wei Jun Ming Hao Chen-Yu Minh Duc Kenji Tao Long",
        "Chen Wong Li Zhang Nguyen Tran Lam Cheung Liu Ho",
    ),
    "horn": (
        "Selam Bethlehem Hiwot Mehret Rahel Senait Luwam Winta",
        "Yonas Filmon Abel Tesfay Kidane Mebrahtu Robel Samuel Biniam Hagos",
        "Tesfay Haile Gebremedhin Kidane Berhane Woldu Tekle Habtemariam Asmerom",
    ),
    "middle-eastern": (
        "Leila Yasmin Rania Nour Shirin Dilan Rojin Samira Huda Farah",
        "Ali Omar Karim Rebin Hassan Reza Samir Aram Mustafa Khalid",
        "Hassan Karimi Aziz Mohammadi Ali Said Rostami Barzani Haddad Nasser",
    ),
}
GROUP_OF = {
    "AIND": "south-asian",
    "APKN": "south-asian",
    "ABAN": "south-asian",
    "AOTH": "south-asian",
    "BCRB": "african-caribbean",
    "BAFR": "african-caribbean",
    "BOTH": "african-caribbean",
    "CHNE": "east-asian",
    "WOTH": "east-european",
    "WROM": "east-european",
    "OOTH": "middle-eastern",
}
NICKNAMES = {
    "Alexander": "Alex",
    "Alexandra": "Alex",
    "Andrew": "Andy",
    "Benjamin": "Ben",
    "Catherine": "Katie",
    "Charlotte": "Charlie",
    "Christopher": "Chris",
    "Daniel": "Danny",
    "David": "Dave",
    "Edward": "Eddie",
    "Elizabeth": "Lizzie",
    "Emmanuel": "Manny",
    "Gabriel": "Gabe",
    "Isabella": "Bella",
    "Jacob": "Jake",
    "James": "Jamie",
    "Jennifer": "Jenny",
    "Jessica": "Jess",
    "Jonathan": "Jon",
    "Joseph": "Joe",
    "Joshua": "Josh",
    "Katherine": "Kate",
    "Margaret": "Maggie",
    "Matthew": "Matt",
    "Maximilian": "Max",
    "Michael": "Mike",
    "Nathaniel": "Nat",
    "Nicholas": "Nick",
    "Olivia": "Liv",
    "Patricia": "Trish",
    "Rebecca": "Becky",
    "Robert": "Rob",
    "Samantha": "Sam",
    "Samuel": "Sam",
    "Stephanie": "Steph",
    "Stephen": "Steve",
    "Theodore": "Theo",
    "Thomas": "Tom",
    "Timothy": "Tim",
    "Victoria": "Vicky",
    "William": "Will",
    "Zachary": "Zac",
}
SPELLINGS = {
    "Mohammed": ("Muhammad", "Mohamed", "Mohammad"),
    "Muhammad": ("Mohammed", "Muhammed"),
    "Aisha": ("Ayesha", "Aysha"),
    "Yusuf": ("Yousef", "Yusef"),
    "Hussain": ("Hussein", "Husain"),
    "Ahmed": ("Ahmad",),
    "Zofia": ("Sofia",),
    "Jakub": ("Jacub",),
    "Wojcik": ("Woycik",),
    "Zuzanna": ("Susanna",),
    "Rahman": ("Rehman",),
    "Chowdhury": ("Choudhury", "Chaudhry"),
    "Noor": ("Nur",),
    "Leila": ("Layla", "Leyla"),
    "Jay": ("Jaye",),
    "Clarke": ("Clark",),
    "Stephen": ("Steven",),
    "Catherine": ("Katherine",),
}
# Names from other scripts, as different clerks write them. None is wrong.
ROMANISED = {
    "Mohammed": ("Muhammad", "Mohamed", "Mohammad", "Mohamad"), "Muhammad": ("Mohammed", "Muhammed", "Mohamed"),
    "Yusuf": ("Yousef", "Yusef", "Youssef", "Yousuf"), "Hussain": ("Hussein", "Husain", "Hosein", "Husayn"),
    "Ahmed": ("Ahmad", "Ahmet"), "Hassan": ("Hasan", "Hassen"), "Ali": ("Aly", "Alee"), "Omar": ("Umar", "Omer"),
    "Karim": ("Kareem", "Kerim"), "Samir": ("Sameer", "Samer"), "Khalid": ("Khaled", "Halid"), "Mustafa": ("Mostafa",
    "Moustafa"),
    "Reza": ("Riza", "Raza"), "Aram": ("Aaram",), "Rebin": ("Rebeen",), "Aziz": ("Azeez", "Asiz"), "Said": ("Saeed",
    "Sayed", "Saeid"),
    "Haddad": ("Hadad",), "Nasser": ("Naser", "Nassir"), "Karimi": ("Kareemi",), "Mohammadi": ("Muhammadi", "Mohamadi"),
    "Rahman": ("Rehman", "Rahmaan"), "Chowdhury": ("Choudhury", "Chaudhry", "Chowdhry"), "Mahmood": ("Mahmoud",
    "Mehmood"),
    "Akhtar": ("Akther", "Akhter"), "Iqbal": ("Ikbal", "Eqbal"), "Miah": ("Mia", "Miya"), "Uddin": ("Udin", "Oddin"),
    "Shah": ("Sha",), "Malik": ("Malek",), "Begum": ("Begam",), "Aisha": ("Ayesha", "Aysha", "Aicha"),
    "Fatima": ("Fatema", "Fatma"),
    "Zara": ("Zahra",), "Maryam": ("Mariam", "Meriem"), "Noor": ("Nur", "Nour"), "Nour": ("Noor", "Nur"),
    "Leila": ("Layla", "Leyla", "Laila"),
    "Yasmin": ("Yasmeen", "Jasmin"), "Ibrahim": ("Ebrahim", "Ibraheem"), "Hamza": ("Hamzah",), "Bilal": ("Belal",),
    "Usman": ("Osman", "Uthman"),
    "Tariq": ("Tarek", "Tareq"), "Imran": ("Emran",), "Zain": ("Zayn", "Zein"), "Ayaan": ("Ayan",), "Haroon": ("Harun",
    "Haroun"),
    "Tesfay": ("Tesfai", "Tesfaye"), "Haile": ("Hayle",), "Yonas": ("Jonas", "Yonnas"), "Filmon": ("Philmon",
    "Filimon"), "Kidane": ("Kidanie", "Kidan"),
    "Gebremedhin": ("Gebremedin", "Ghebremedhin"), "Berhane": ("Birhane",), "Mebrahtu": ("Mebratu", "Mebrhatu"),
    "Robel": ("Robiel",),
    "Zofia": ("Sofia", "Zophia"), "Jakub": ("Yakub", "Jacob"), "Szymon": ("Simon", "Shimon"), "Wojcik": ("Woycik",
    "Vojcik"),
    "Andrei": ("Andrey", "Andrej"), "Lukas": ("Lucas",), "Viktoria": ("Victoria", "Wiktoria"),
    "Kowalski": ("Kovalski",),
    "Nguyen": ("Nguyn", "Ngyuen"), "Zhang": ("Chang", "Jang"), "Cheung": ("Zhang", "Cheong"), "Li": ("Lee",),
    "Xiu": ("Siu",), "Tran": ("Chan",),
}  # fmt: skip
HEARD = (
    ("ph", "f"),
    ("ck", "k"),
    ("ie", "y"),
    ("ll", "l"),
    ("nn", "n"),
    ("tt", "t"),
    ("ee", "ea"),
    ("ai", "ay"),
    ("th", "t"),
    ("ey", "y"),
)


class Pool(NamedTuple):
    female: tuple[str, ...]
    male: tuple[str, ...]
    family: tuple[str, ...]


@lru_cache(maxsize=1)
def pools() -> dict[str, Pool]:
    from mimesis import Gender, Locale, Person  # read where a name is drawn

    person = Person(Locale.EN_GB, seed=1)
    british = Pool(
        _drawn(person.first_name, gender=Gender.FEMALE),
        _drawn(person.first_name, gender=Gender.MALE),
        _drawn(person.last_name),
    )
    return {"british": british} | {
        group: Pool(*(tuple(part.split()) for part in parts)) for group, parts in MORE.items()
    }


def _drawn(draw: Callable[..., str], **how: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(draw(**how) for _ in range(DRAWN)))


def pool_for(ethnicity: str) -> Pool:
    return pools()[GROUP_OF.get(ethnicity, "british")]


def romanised(rng: random.Random, name: str) -> str:
    """The name as another clerk writes it in Latin letters; the same where there is one way only."""
    return rng.choice(ROMANISED[name]) if name in ROMANISED else name


def swapped(rng: random.Random, number: str) -> str:
    """A number with two neighbouring digits changed about; the same where all are alike."""
    able = [at for at in range(len(number) - 1) if number[at] != number[at + 1]]
    if not able:
        return number
    at = rng.choice(able)
    return number[:at] + number[at + 1] + number[at] + number[at + 2 :]


def misspelt(rng: random.Random, name: str) -> str:
    """The name as somebody might have heard or typed it."""
    known = SPELLINGS.get(name)
    if known and rng.random() < 0.7:
        return rng.choice(known)
    low = name.lower()
    heard = [(a, b) for a, b in HEARD if a in low[1:]]
    if heard and rng.random() < 0.5:
        a, b = rng.choice(heard)
        at = low.index(a, 1)
        return name[:at] + b + name[at + len(a) :]
    if len(name) < 4:
        return name + "e"
    at = rng.randrange(1, len(name) - 1)
    if rng.random() < 0.5:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name[:at] + name[at + 1 :]


class Second(NamedTuple):
    given: str
    family: str


def second(family: str, n: int, sex: str) -> Second:
    """Another given and family name of somebody, always the same: from the pool to which their family name belongs."""
    pool = next((pool for pool in pools().values() if family in pool.family), pools()["british"])
    rng = random.Random(f"second/{n}")
    return Second(rng.choice(pool.female if sex == "female" else pool.male), rng.choice(pool.family))


def mistyped(rng: random.Random, born: date) -> date:
    """A date with one digit typed wrongly, where that is a date still; else as it was."""
    text = born.isoformat()
    at = rng.choice((3, 6, 8, 9))
    try:
        return date.fromisoformat(text[:at] + rng.choice("0123456789") + text[at + 1 :])
    except ValueError:
        return born
