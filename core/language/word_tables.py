"""List the words of numbers, months and weekdays in the languages in which they are read."""

_NUMBER_SPELLINGS = {
    0: "zero",
    2: "two zwei deux dos dois duas twee två dwa dwie dwóch",
    3: "three drei trois tres tre três drie trzy trzech",
    4: "four vier quatre cuatro quattro quatro fyra cztery czterech",
    5: "five fünf cinq cinco cinque vijf fem pięć pięciu",
    6: "six sechs seis zes sześć sześciu",
    7: "seven sieben sept siete sette sete zeven sju siedem siedmiu",
    8: "eight acht huit ocho otto oito åtta osiem ośmiu",
    9: "nine neun neuf nueve nove negen nio dziewięć",
    10: "ten zehn dix diez dieci tien tio dziesięć dziesięciu",
    11: "eleven onze elf",
    12: "twelve zwölf douze dodici doze twaalf tolv dwanaście",
    13: "thirteen trece treize dreizehn",
    14: "fourteen vierzehn quatorze catorce quattordici catorze veertien fjorton czternaście czternastu",
    15: "fifteen fünfzehn quinze quince quindici vijftien femton piętnaście",
    16: "sixteen seize sechzehn",
    17: "seventeen",
    18: "eighteen dieciocho achtzehn",
    19: "nineteen",
    20: "twenty zwanzig vingt veinte venti vinte twintig tjugo dwadzieścia",
    30: "thirty dreißig trente treinta trenta trinta dertig trettio trzydzieści trzydziestu",
    40: "forty vierzig quarante cuarenta quaranta quarenta veertig fyrtio",
    50: "fifty fünfzig cinquante cincuenta cinquanta cinquenta vijftig femtio",
    60: "sixty sechzig soixante sesenta sessanta sessenta zestig sextio sześćdziesiąt",
    70: "seventy siebzig",
    80: "eighty achtzig",
    90: "ninety neunzig noventa novanta negentig nittio",
    100: "hundert cien cento cem honderd hundra",
}
NUMBER_WORDS = {word: number for number, words in _NUMBER_SPELLINGS.items() for word in words.split()}
"""What a number word is worth; `one` is left to the caller, because it is mostly a pronoun."""
_MONTH_SPELLINGS = (
    "january stycznia styczeń januar janvier enero gennaio janeiro januari jan января",
    "february lutego luty februar février febrero febbraio fevereiro februari feb февраля",
    "march marca marzec marts märz mars marzo março maart mar марта",
    "april kwietnia kwiecień avril abril aprile apr апреля",
    "may maja maj mai mayo maggio maio mei мая",
    "june czerwca czerwiec juni juin junio giugno junho jun июня",
    "july lipca lipiec juli juillet julio luglio julho jul июля",
    "august sierpnia sierpień augusti août agosto augustus aug августа",
    "september września wrzesień septembre septiembre settembre setembro sept sep сентября",
    "october października październik oktober octobre octubre ottobre outubro oct okt октября",
    "november listopada listopad novembre noviembre novembro nov ноября",
    "december grudnia grudzień dezember décembre diciembre dicembre dezembro dec dez декабря",
)
MONTHS = {word: number for number, words in enumerate(_MONTH_SPELLINGS, start=1) for word in words.split()}

_WEEKDAY_SPELLINGS = (
    "monday montag lundi lunes montags måndag mandag poniedziałek poniedziałku lunedì segunda-feira maandag mon",
    "tuesday dienstag mardi martes dienstags tisdag tirsdag wtorek wtorku martedì terça-feira dinsdag tues tue",
    "wednesday mittwoch mercredi miércoles mittwochs onsdag środa środę środy mercoledì quarta-feira woensdag wed",
    "thursday donnerstag jeudi jueves donnerstags torsdag czwartek czwartku giovedì quinta-feira donderdag "
    "thurs thur thu",
    "friday freitag vendredi viernes freitags fredag piątek piątku venerdì sexta-feira vrijdag fri",
    "saturday samstag samedi sábado samstags lördag lørdag sobota sobotę soboty sabato zaterdag sat",
    "sunday sonntag dimanche domingo sonntags söndag søndag niedziela niedzielę niedzieli domenica zondag sun",
)
"""The first four in English, German, French and Spanish."""
WEEKDAYS = {word: number for number, words in enumerate(_WEEKDAY_SPELLINGS) for word in words.split()}
SHORT_WEEKDAYS = {"mon", "tues", "tue", "wed", "thurs", "thur", "thu", "fri", "sat", "sun"}
WEEKDAY_NAMES = tuple(tuple(words.split()[:4]) for words in _WEEKDAY_SPELLINGS)
