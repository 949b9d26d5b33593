"""Names in Cyrillic, Greek, Arabic or Hebrew letters, as Latin letters of much the same sound. Pure.

Good enough for a name to be found under its usual Latin spelling by its sound, never for showing: Arabic and Hebrew
leave most vowels out, and so does how a name sounds (`محمد` gives `mhmd`, which sounds as Muhammad does). Other scripts
are left as they are: they compare with themselves only. Written for Sightline from the alphabets.
"""

from __future__ import annotations

_CYRILLIC = (
    "а a б b в v г g д d е e ё yo ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh "
    "щ shch ъ - ы y ь - э e ю yu я ya і i ї yi є ye ґ g ў u ђ dj ј j љ lj њ nj ћ c џ dz"
)
_GREEK = (
    "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ i φ f χ ch ψ ps ω o "
    "ά a έ e ή i ί i ό o ύ i ώ o ϊ i ϋ i"
)
_ARABIC = (
    "ا a أ a إ i آ a ب b ت t ث th ج j ح h خ kh د d ذ dh ر r ز z س s ش sh ص s ض d ط t ظ z ع - غ gh ف f ق q ك k ل l م m "
    "ن n ه h ة a و w ي y ى a ئ y ء - ؤ w پ p چ ch ژ zh گ g ک k ی y ے e ں n ٹ t ڈ d ڑ r ہ h ھ h"
)
_HEBREW = (
    "א a ב b ג g ד d ה h ו v ז z ח ch ט t י y כ k ך k ל l מ m ם m נ n ן n ס s ע a פ p ף f צ ts ץ ts ק k ר r ש sh ת t"
)
_LATIN = "ß ss ø o ł l đ d ð d þ th æ ae œ oe ı i ħ h ŋ ng ə e ƙ k ɓ b ɗ d"


def _pairs(text: str) -> dict[str, str]:
    found = text.split()
    return dict(zip(found[::2], ("" if latin == "-" else latin for latin in found[1::2]), strict=True))


# For `str.translate`, on lower-case text whose letters are composed (NFC).
ROMAN = str.maketrans(
    {letter: latin for text in (_CYRILLIC, _GREEK, _ARABIC, _HEBREW, _LATIN) for letter, latin in _pairs(text).items()}
)
