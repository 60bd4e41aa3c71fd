"""Words and signs behind a number come in, what is measured and by how much to multiply goes out.

Units of one dimension are converted to one base (seconds, metres, grams, …), so that 90 minutes are 1.5 hours in
whatever language.
"""

from collections.abc import Iterator, Mapping

Unit = tuple[str, float]
"""The dimension, and the size in its base unit."""

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_YEAR = 365.25 * _DAY

_TABLE: tuple[tuple[str, float, str], ...] = (
    ("time", 0.001, "ms millisecond milliseconds millisekunden millisecondes milisegundos"),
    (
        "time",
        1,
        "s sec secs second seconds sekunde sekunden seconde secondes seconden segundo segundos secondo secondi sekund"
        " sekundy sekunder sekunti sekuntia saniye секунда секунды секунд сек 秒 초 ثانية ثوان",
    ),
    (
        "time",
        _MINUTE,
        "min mins minute minutes minuten minuto minutos minuti minuut minuta minuty minut minutter minuter minuutti"
        " minuuttia dakika минута минуты минут мин хвилин menit perc 分 分钟 分鐘 分間 분 دقيقة دقائق phút λεπτά",
    ),
    (
        "time",
        _HOUR,
        "h hr hrs hour hours stunde stunden std heure heures hora horas ora ore uur uren godzina godziny godzin godz"
        " timer timme timmar tunti tuntia hodina hodiny hodin saat час часа часов година години"
        " годин jam óra ore 小时 小時 時間 시간 ساعة ساعات giờ"
        " ώρες घंटे",
    ),
    (
        "time",
        _DAY,
        "night nights nacht nächte nächten nuit nuits noche noches notte notti noite noites nachten"
        " noc nocy nätter netter"
        " yötä gece ночь ночи ночей 泊 晚 박 ليال ليالٍ malam hari đêm днів дні дня"
        " d day days tag tage tagen werktag werktage werktagen arbeitstage arbeitstagen jour jours día días dia dias"
        " giorno giorni dag dagen werkdagen dzień dni dzien dagar dage päivä päivää dny dní gün день дня дней дн 天 日"
        " 日間 일 일간 يوم أيام يومًا يوما ngày ημέρες μέρες दिन days' day's business-days",
    ),
    (
        "time",
        7 * _DAY,
        "week weeks woche wochen semaine semaines semana semanas settimana settimane weken tydzień tygodnie tygodni"
        " uge uger vecka veckor viikko viikkoa týden týdny týdnů hafta неделя недели недель тижнів"
        " тижні minggu hét săptămâni 周 週間 週 주 أسبوع أسابيع"
        " tuần weeks'",
    ),
    (
        "time",
        _YEAR / 12,
        "month months mo monat monate monaten mois mes meses mese mesi maand maanden miesiąc miesiące miesięcy måned"
        " måneder månad månader kk kuukausi kuukautta měsíc měsíce měsíců ay месяц месяца месяцев"
        " мес місяць місяці місяців bulan hónap luni か月 ヶ月 カ月"
        " 个月 個月 개월 달 شهر أشهر شهرًا tháng μήνες महीने months' month's",
    ),
    (
        "time",
        _YEAR,
        "year years yr yrs jahr jahre jahren ans année années año años ano anos anno anni jaar jaren rok lata lat"
        " år vuosi vuotta let roky yıl год года лет рік роки років tahun évre év ani 年 年間 년 سنة"
        " سنوات năm έτη χρόνια साल वर्ष year's years'",
    ),
    ("length", 0.001, "mm millimetre millimetres millimeter millimeters мм 毫米"),
    ("length", 0.01, "cm centimetre centimetres centimeter centimeters см 厘米 センチ"),
    ("length", 0.0254, "inch inches zoll pouces pulgadas 英寸"),
    ("length", 0.3048, "foot feet fuß pies"),
    ("length", 1, "m metre metres meter meters mètre mètres metro metros metri metr metrów метр метров 米 メートル"),
    (
        "length",
        1_000,
        "km kilometre kilometres kilometer kilometers kilomètre kilomètres kilómetros chilometri quilómetros"
        " kilometrów км километров 公里 キロメートル kms",
    ),
    ("length", 1_609.344, "mi mile miles meilen"),
    ("area", 1, "m² m2 sqm qm 平方米 平米 м²"),
    ("area", 0.092903, "ft² ft2 sqft"),
    ("area", 10_000, "ha hectare hectares hektar hectáreas ettari"),
    ("area", 1_000_000, "km² km2"),
    ("mass", 0.001, "mg milligram milligrams milligramm мг 毫克"),
    ("mass", 1, "g gram grams gramm gramme grammes gramos grammi грамм г 克 グラム"),
    ("mass", 453.592, "lb lbs pound-mass"),
    ("mass", 28.3495, "oz ounce ounces"),
    (
        "mass",
        1_000,
        "kg kilo kilos kilogram kilograms kilogramm kilogramme kilogrammes kilogramos chilogrammi кг 公斤 千克 キロ",
    ),
    ("mass", 1_000_000, "t tonne tonnes tonnen toneladas tonnellate ton tons тонн 吨"),
    ("volume", 0.001, "ml millilitre millilitres milliliter milliliters мл 毫升"),
    ("volume", 0.01, "cl"),
    ("volume", 1, "l litre litres liter liters litro litros litri litrów литр литров 升 リットル"),
    ("data", 1e3, "kb kib kilobyte kilobytes кб"),
    ("data", 1e6, "mb mib megabyte megabytes мб mo"),
    ("data", 1e9, "gb gib gigabyte gigabytes gigs gig гб go"),
    ("data", 1e12, "tb tib terabyte terabytes тб"),
    ("rate", 1e3, "kbit/s kbps kbit"),
    ("rate", 1e6, "mbit/s mbps mbit"),
    ("rate", 1e9, "gbit/s gbps gbit"),
    (
        "percent",
        1,
        "% percent per-cent prozent prozentpunkte percentage pct procent pourcent porcento процентов процента ٪",
    ),
    ("permille", 1, "‰"),
    ("temperature", 1, "°c ℃ celsius ° degrees degree grad degrés grados gradi"),
    ("fahrenheit", 1, "°f fahrenheit"),
    ("power", 1, "w watt watts"),
    ("power", 1_000, "kw kilowatt kilowatts"),
    ("power", 1e6, "mw megawatt megawatts"),
    ("energy", 1, "wh"),
    ("food energy", 1, "kcal cal calories kalorien calorías"),
    ("energy", 1_000, "kwh"),
    ("energy", 1e6, "mwh"),
    ("charge", 1, "mah"),
    ("speed", 1, "m/s"),
    ("speed", 1 / 3.6, "km/h kph kmh"),
    ("speed", 1_000, "km/s"),
    ("speed", 0.44704, "mph"),
    ("pressure", 1, "bar"),
    ("pressure", 0.0689476, "psi"),
    ("torque", 1, "nm"),
    ("frequency", 1, "hz"),
    ("frequency", 1e3, "khz"),
    ("frequency", 1e6, "mhz"),
    ("frequency", 1e9, "ghz"),
    ("money:EUR", 1, "€ eur euro euros euron евро 欧元 ευρώ"),
    ("money:$", 1, "$ usd us$ dollar dollars dólares dollari доллар доллара долларов 美元 ドル دولار دولارًا aud cad"),
    ("money:GBP", 1, "£ gbp pounds pound"),
    ("money:GBP", 0.01, "p pence"),
    ("money:cent", 1, "cent cents ct centimes céntimos"),
    ("money:kr", 1, "kr sek nok dkk kronor kroner"),
    ("money:CHF", 1, "chf franken francs fr sfr"),
    ("money:PLN", 1, "zł pln złotych"),
    ("money:CZK", 1, "kč czk korun"),
    ("money:RUB", 1, "₽ rub руб рубль рубля рублей р"),
    ("money:¥", 1, "¥ jpy yen 円 cny rmb yuan 元 人民币 块"),
    ("money:KRW", 1, "₩ krw 원"),
    ("money:INR", 1, "₹ inr rs rupees रुपये"),
    ("money:TRY", 1, "tl try lira ₺"),
    ("money:VND", 1, "đồng vnd ₫ vnđ"),
    ("money:BRL", 1, "r$ brl reais"),
    ("money:UAH", 1, "грн uah ₴ гривень гривні"),
    ("money:IDR", 1, "rp idr rupiah"),
    ("money:HUF", 1, "ft huf forint"),
    ("money:RON", 1, "lei ron"),
    ("money:AED", 1, "aed sar درهم ريال دينار دينارًا ديناراً"),
    ("money:MXN", 1, "mxn pesos"),
)
UNITS: Mapping[str, Unit] = {word: (dimension, size) for dimension, size, words in _TABLE for word in words.split()}

SCALES: Mapping[str, float] = {
    word: scale
    for scale, words in (
        (
            1e3,
            "k thousand tausend tsd mille mil mila duizend tysięcy tys tusen tuhatta bin тысяч"
            " тысячи тыс ribu тисяч тис 千 천",
        ),
        (1e4, "万 萬 만"),
        (1e5, "lakh lakhs लाख"),
        (
            1e6,
            "million millions mn mio mln mill millionen millones millón milione milioni milhões"
            " milhão miljoen miljoonaa"
            " milionów milionu miliony miljoner millioner milyon млн миллион миллиона миллионов"
            " мільйонів мільйон juta triệu εκατομμύρια مليون",
        ),
        (1e7, "crore crores करोड़"),
        (1e8, "亿 億 억"),
        (
            1e9,
            "billion billions bn mrd milliarde milliarden milliard milliards miliardi miliardo"
            " miliardów milyar млрд миллиард миллиарда миллиардов мільярдів",
        ),
        (1e12, "trillion trillions 兆"),
    )
    for word in words.split()
}


def is_unspaced(character: str) -> bool:
    """Whether words of its script stand beside each other without a space."""
    return "\u3040" <= character <= "\u30ff" or "\u3400" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7af"


def list_beginnings(word: str) -> Iterator[str]:
    """What an unspaced word may begin with, the longest first."""
    return (word[:length] for length in range(min(len(word), 4), 0, -1))
