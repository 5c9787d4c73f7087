"""Invented people: given and family names of several cultures, written by us, with towns they may live in.

Any likeness to somebody is chance. Addresses are at example.com, .org and .net, which nobody can own (RFC 2606);
phone numbers are from the range that Ofcom keeps free for fiction.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Culture:
    """Names that go together, the towns and the languages of those who bear them here."""

    weight: int
    given: tuple[str, ...]
    family: tuple[str, ...]
    towns: tuple[tuple[str, str, str, str], ...]  # town, postal code, country, time zone
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SamplePersona:
    """Who a real order history was given to. Every field is invented."""

    first_name: str
    last_name: str
    email: str
    phone: str
    city: str
    postal_code: str
    country: str
    time_zone: str
    language: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


_LONDON, _BERLIN, _PARIS = "Europe/London", "Europe/Berlin", "Europe/Paris"
_BRITISH_TOWNS = (
    ("London", "SE15 4QN", "GB", _LONDON), ("Leeds", "LS6 2AB", "GB", _LONDON), ("Bristol", "BS3 1XQ", "GB", _LONDON),
    ("Glasgow", "G12 8RT", "GB", _LONDON), ("Cardiff", "CF11 9PL", "GB", _LONDON), ("Manchester", "M21 0TE", "GB", _LONDON),
    ("Norwich", "NR2 3DF", "GB", _LONDON), ("Belfast", "BT9 6GH", "GB", _LONDON), ("Brighton", "BN2 9JA", "GB", _LONDON),
)  # fmt: skip
CULTURES = (
    Culture(
        34,
        ("Alice", "Arthur", "Beth", "Callum", "Charlotte", "Daniel", "Dylan", "Eleanor", "Ewan", "Fiona", "Freya", "George", "Grace", "Hannah", "Harriet", "Harry", "Imogen", "Isaac", "Jack", "Jess", "Joan", "Kieran", "Laura", "Leo", "Lewis", "Lucy", "Martha", "Megan", "Nora", "Oliver", "Owen", "Poppy", "Rhys", "Rory", "Rosie", "Ruth", "Sam", "Sophie", "Stella", "Toby"),
        ("Ackroyd", "Ashby", "Barlow", "Bexley", "Birtwistle", "Blackwood", "Brannigan", "Calloway", "Cartwright", "Copley", "Dunmore", "Ellery", "Fairweather", "Fenwick", "Gallacher", "Garside", "Halloran", "Hargreave", "Holroyd", "Ingham", "Kershaw", "Kinsella", "Larkin", "Lockhart", "Loxley", "Mabey", "Merriman", "Moffat", "Nettleton", "Oakley", "Pemberton", "Penrose", "Quayle", "Radcliffe", "Redfern", "Sedgewick", "Shackleton", "Strachan", "Tattersall", "Thackray", "Tolland", "Verity", "Wainwright", "Whitlock", "Winterbourne", "Yardley"),
        _BRITISH_TOWNS,
        ("en",),
    ),
    Culture(
        16,
        ("Abigail", "Andre", "Ashley", "Brandon", "Brianna", "Caleb", "Carmen", "Chloe", "Dana", "Derek", "Elena", "Ethan", "Felicia", "Gavin", "Heather", "Ian", "Jada", "Jasmine", "Joel", "Kayla", "Kevin", "Leah", "Logan", "Marcus", "Maya", "Miles", "Naomi", "Nate", "Olivia", "Paige", "Quincy", "Rachel", "Reese", "Sasha", "Tara", "Tyler", "Vanessa", "Wesley", "Zoe", "Zach"),
        ("Alvarado", "Bellamy", "Boone", "Briggs", "Castellano", "Chambers", "Coleman", "Delgado", "Dalton", "Easterly", "Fontaine", "Gaines", "Hendricks", "Holloway", "Iverson", "Jamison", "Kowalczyk", "Langford", "Lassiter", "Maddox", "McAllister", "Navarro", "Osborne", "Pruitt", "Ramsey", "Renfro", "Salazar", "Sheffield", "Sorensen", "Tillman", "Underwood", "Vasquez", "Whitaker", "Winslow", "Yates", "Zielinski"),
        (("New York", "11215", "US", "America/New_York"), ("Chicago", "60618", "US", "America/Chicago"), ("Austin", "78704", "US", "America/Chicago"),
         ("Denver", "80205", "US", "America/Denver"), ("Portland", "97214", "US", "America/Los_Angeles"), ("Oakland", "94609", "US", "America/Los_Angeles")),
        ("en",),
    ),
    Culture(
        13,
        ("Anja", "Anton", "Birgit", "Clara", "Dirk", "Elke", "Emil", "Felix", "Franziska", "Greta", "Hannes", "Ida", "Ines", "Jakob", "Jana", "Jens", "Jonas", "Karla", "Katrin", "Lena", "Lukas", "Maren", "Matthias", "Mila", "Nele", "Niklas", "Ole", "Paula", "Ralf", "Rieke", "Sebastian", "Silke", "Svenja", "Thea", "Till", "Uwe", "Volker", "Wiebke"),
        ("Ahlers", "Albrecht", "Bäumer", "Brandt", "Bruckner", "Dietz", "Eberle", "Engelke", "Falk", "Fröhlich", "Gerlach", "Grünwald", "Hagedorn", "Hartwig", "Jansen", "Kaluza", "Kessler", "Köhler", "Krämer", "Lindner", "Lorenzen", "Mertens", "Neubauer", "Ostermann", "Petersen", "Quandt", "Reimers", "Rothe", "Sauer", "Schirmer", "Thiele", "Uhlig", "Vogt", "Wendland", "Winkler", "Zander"),
        (("Berlin", "10967", "DE", _BERLIN), ("Hamburg", "20357", "DE", _BERLIN), ("Köln", "50677", "DE", _BERLIN), ("Leipzig", "04229", "DE", _BERLIN),
         ("Wien", "1070", "AT", "Europe/Vienna"), ("Zürich", "8004", "CH", "Europe/Zurich")),
        ("de", "de", "de", "en"),
    ),
    Culture(
        7,
        ("Agathe", "Antoine", "Aurélie", "Baptiste", "Camille", "Céline", "Clément", "Colette", "Damien", "Élise", "Étienne", "Fanny", "Gaspard", "Hélène", "Hugo", "Inès", "Jérôme", "Juliette", "Léa", "Lucien", "Manon", "Margaux", "Noé", "Océane", "Pascal", "Romane", "Théo", "Valentine", "Yann", "Zélie"),
        ("Aubry", "Barbier", "Besson", "Carpentier", "Chevalier", "Delacour", "Dumas", "Fabre", "Faucher", "Garnier", "Guérin", "Hébert", "Jolivet", "Lacroix", "Lambert", "Lefort", "Marchand", "Mercier", "Moreau", "Noël", "Pelletier", "Perrot", "Renaud", "Rivière", "Roussel", "Sauvage", "Tessier", "Vasseur"),
        (("Lyon", "69004", "FR", _PARIS), ("Nantes", "44000", "FR", _PARIS), ("Lille", "59800", "FR", _PARIS), ("Bruxelles", "1060", "BE", "Europe/Brussels")),
        ("fr", "fr", "en"),
    ),
    Culture(
        6,
        ("Aino", "Anders", "Astrid", "Bjarne", "Ebba", "Eero", "Elin", "Freja", "Gunnar", "Hedda", "Henrik", "Ingrid", "Jorunn", "Kaisa", "Karin", "Lars", "Liv", "Magnus", "Maja", "Mikkel", "Nils", "Oskar", "Pernille", "Rasmus", "Sigrid", "Signe", "Sofie", "Torben", "Tuva", "Viggo"),
        ("Aalto", "Bergström", "Dahl", "Ekholm", "Fjeld", "Granlund", "Hagen", "Halvorsen", "Holm", "Isaksen", "Kjeldsen", "Korhonen", "Lindqvist", "Lund", "Moberg", "Nygaard", "Nyström", "Ostby", "Rask", "Sandvik", "Sjöberg", "Skov", "Solheim", "Strand", "Thorsen", "Vinter", "Wallin", "Åkerman", "Ødegård"),
        (("Stockholm", "118 60", "SE", "Europe/Stockholm"), ("Göteborg", "413 04", "SE", "Europe/Stockholm"), ("Oslo", "0552", "NO", "Europe/Oslo"),
         ("København", "2200", "DK", "Europe/Copenhagen"), ("Helsinki", "00530", "FI", "Europe/Helsinki")),
        ("sv", "en", "en"),
    ),
    Culture(
        7,
        ("Adriana", "Beatriz", "Bruno", "Carla", "Catarina", "Diego", "Duarte", "Esteban", "Fernanda", "Gonzalo", "Inês", "Ignacio", "Joana", "João", "Lucía", "Mafalda", "Marisol", "Mateo", "Nuno", "Paloma", "Rafael", "Rocío", "Rodrigo", "Rubén", "Salomé", "Tiago", "Valeria", "Vasco", "Ximena"),
        ("Abreu", "Almeida", "Arroyo", "Barros", "Cabral", "Castell", "Coelho", "Duarte", "Escobar", "Faria", "Fuentes", "Galvão", "Herrera", "Iglesias", "Lobato", "Machado", "Montero", "Nogueira", "Ocampo", "Pacheco", "Quintero", "Ribeiro", "Salgado", "Teles", "Urrutia", "Valverde", "Ximenes", "Zamora"),
        (("Lisboa", "1170-121", "PT", "Europe/Lisbon"), ("Porto", "4000-322", "PT", "Europe/Lisbon"), ("Madrid", "28012", "ES", "Europe/Madrid"),
         ("Valencia", "46006", "ES", "Europe/Madrid"), ("Ciudad de México", "06700", "MX", "America/Mexico_City")),
        ("pt", "es", "en"),
    ),
    Culture(
        6,
        ("Abena", "Ade", "Amara", "Amadou", "Chidi", "Chioma", "Efua", "Emeka", "Esi", "Fatou", "Femi", "Folake", "Ifeoma", "Ikenna", "Kofi", "Kwame", "Lindiwe", "Mariama", "Ngozi", "Nia", "Obinna", "Sade", "Sipho", "Tendai", "Thandi", "Tunde", "Yaa", "Zainab"),
        ("Abara", "Achebe-Cole", "Adeyemi", "Agyei", "Asante", "Bangura", "Boateng", "Chukwu", "Danso", "Diallo", "Ekwueme", "Eze", "Fofana", "Gyamfi", "Ibe", "Kamara", "Kone", "Mensah", "Moyo", "Ndlovu", "Nwosu", "Oduya", "Okafor", "Okonjo", "Owusu", "Sesay", "Sowande", "Tshuma"),
        (*_BRITISH_TOWNS[:3], ("Accra", "GA-184", "GH", "Africa/Accra"), ("Lagos", "101233", "NG", "Africa/Lagos"), ("Cape Town", "7925", "ZA", "Africa/Johannesburg")),
        ("en",),
    ),
    Culture(
        6,
        ("Aarav", "Aisha", "Ananya", "Arjun", "Devika", "Farah", "Hamza", "Imran", "Ishaan", "Kavita", "Kiran", "Lakshmi", "Meera", "Nadia", "Neha", "Nikhil", "Priya", "Rahul", "Rehana", "Rohan", "Samira", "Sanjay", "Shreya", "Tariq", "Usha", "Vikram", "Yasmin", "Zara"),
        ("Acharya", "Ahmed-Khan", "Bhatt", "Chaudhry", "Desai", "Dutta", "Farooqi", "Ganesan", "Hussain-Shah", "Iyer", "Jadhav", "Kapoor", "Kulkarni", "Malhotra", "Mirza", "Nair", "Pillai", "Qureshi", "Rao", "Saxena", "Sethi", "Siddiqui", "Subramanian", "Talwar", "Upadhyay", "Varma", "Wadhwa", "Zaidi"),
        (*_BRITISH_TOWNS[:2], ("Leicester", "LE2 1QA", "GB", _LONDON), ("Mumbai", "400050", "IN", "Asia/Kolkata"), ("Bengaluru", "560038", "IN", "Asia/Kolkata")),
        ("en",),
    ),
    Culture(
        3,
        ("Wen", "Mei", "Jun", "Lin", "Hana", "Kenji", "Yuki", "Sora", "Minji", "Jisoo", "Tuan", "Linh", "Aiko", "Haruto", "Xin", "Bo", "Rei", "Dae", "怡君", "雅婷", "志明"),
        ("Li", "Chen", "Zhao", "Tanaka-Ito", "Morimoto", "Okabe", "Hayashida", "Seo", "Yoon", "Tran", "Pham", "Lau", "Kwan", "Wakamatsu", "Fujii", "Huang", "Lo"),
        (("London", "NW6 1PT", "GB", _LONDON), ("Taipei", "106", "TW", "Asia/Taipei"), ("Osaka", "530-0001", "JP", "Asia/Tokyo"), ("Singapore", "169200", "SG", "Asia/Singapore")),
        ("en",),
    ),
    Culture(
        2,
        ("Noor", "Layla", "Karim", "Yara", "Samir", "Dalia", "Ziad", "Rania", "Tal", "Noa", "Eitan", "Shira", "Omar", "Hala", "نور", "ليلى", "سمير"),
        ("Haddad", "Khoury", "Mansour", "Nasser-Amin", "Saleh", "Barakat", "Ben-Ari", "Shalev", "Azoulay", "Darwish", "Sabbagh", "Toledano", "حداد", "منصور"),
        (("London", "W12 7GF", "GB", _LONDON), ("Amman", "11181", "JO", "Asia/Amman"), ("Haifa", "33095", "IL", "Asia/Jerusalem"), ("Dubai", "00000", "AE", "Asia/Dubai")),
        ("en", "ar"),
    ),
)  # fmt: skip
_DOMAINS = ("example.com", "example.com", "example.org", "example.net")


class People:
    """Gives each number of the sample a persona, the same every time, no address twice."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def persona(self, number: int, random: Random) -> SamplePersona:
        """Return the persona of person `number`; call in order of numbers."""
        culture = random.choices(CULTURES, [c.weight for c in CULTURES])[0]
        first, last = random.choice(culture.given), random.choice(culture.family)
        city, code, country, zone = random.choice(culture.towns)
        return SamplePersona(
            first_name=first,
            last_name=last,
            email=self._address(first, last, number, random),
            phone=f"+447700900{number:03d}" if country == "GB" and number < 1000 and random.random() < 0.4 else "",
            city=city,
            postal_code=code,
            country=country,
            time_zone=zone,
            language=random.choice(culture.languages),
        )

    def _address(self, first: str, last: str, number: int, random: Random) -> str:
        one, two = _plain(first), _plain(last)
        local = random.choice((f"{one}.{two}", f"{one}{two}", f"{one[:1]}.{two}", f"{two}.{one}")).strip(".")
        if len(local) < 4:
            local = f"listener{number}"
        address = f"{local}@{random.choice(_DOMAINS)}"
        if address in self._taken:
            address = f"{local}{number}@{address.partition('@')[2]}"
        self._taken.add(address)
        return address


def _plain(text: str) -> str:
    text = text.replace("ø", "o").replace("Ø", "o").replace("ß", "ss")
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(letter for letter in ascii_only.lower() if letter.isalnum())
