"""Each check takes numbers that an implementation of others (python-stdnum) takes, and few that are mistyped."""

import pytest

from tracing.personal_data import national_id_checks as checks

VALID = {
    checks.passes_nhs: ("7952477390", "4680714980"),
    checks.passes_insee: ("135081140069716", "292103866252441"),
    checks.passes_dni: ("65618355E", "Y5116427E"),
    checks.passes_codice_fiscale: ("RSSMRA50P07H355T", "RSSMRA48S24H071J"),
    checks.passes_steuer_id: ("32701383648", "27415730696"),
    checks.passes_bsn: ("037207532", "011613361"),
    checks.passes_pesel: ("52020808173", "92032499307"),
    checks.passes_cpf: ("17021261969", "28136328056"),
    checks.passes_aadhaar: ("287974546660", "750035948027"),
    checks.passes_sin: ("190188375", "973786452"),
    checks.passes_finnish: ("1104147836", "271249646K"),
    checks.passes_norwegian: ("19016398295", "15064427420"),
    checks.passes_belgian: ("98020956771", "63041522495"),
    checks.passes_ean: ("7568055691411", "7564016705166"),
    checks.passes_nif: ("341787523",),
    checks.passes_tfn: ("007875924", "071854308"),
    checks.passes_chinese: ("110105191611229144", "110105191110237859"),
    checks.passes_south_african: ("1006238692053", "5512058481028"),
    checks.passes_turkish: ("38268358564", "58704044226"),
    checks.passes_curp: ("BOXW740107HVZLRNA2", "BOXW830625HVZLRNA4"),
    checks.passes_rut: ("236025667", "552795628"),
    checks.passes_cuil: ("20778186489", "27311888689"),
    checks.passes_romanian: ("2760619360023", "1630326300832"),
    checks.passes_egn: ("7908199002", "6312019262"),
    checks.passes_rodne_cislo: ("6808115226", "0206091446"),
    checks.passes_amka: ("24064111800", "19046407219"),
    checks.passes_baltic: ("38602147528", "43812110246"),
    checks.passes_pps: ("1960737T", "4508545KW"),
    checks.passes_inn: ("437350095153", "124296668244"),
    checks.passes_thai: ("3348677653602", "7594830888353"),
    checks.passes_israeli: ("985543230", "763544780"),
    checks.passes_personnummer: ("8311239548", "8303242856"),
    checks.passes_nric: ("S1234567D",),
    checks.passes_hkid: ("A1234563",),
    checks.passes_taiwanese: ("A123456789",),
    checks.passes_snils: ("11223344595",),
    checks.passes_my_number: ("123456789018",),
    checks.passes_medicare: ("2123456701",),
}


@pytest.mark.parametrize("passes", VALID, ids=lambda passes: passes.__name__)
def test_valid_numbers_pass_and_most_mistyped_ones_do_not(passes: checks.Check) -> None:
    for value in VALID[passes]:
        assert passes(value)
        wrong = [mistype(value, place) for place in range(len(value)) if value[place].isdigit()]
        assert sum(map(passes, wrong)) <= len(wrong) / 3


def mistype(value: str, place: int) -> str:
    return value[:place] + str((int(value[place]) + 1) % 10) + value[place + 1 :]
