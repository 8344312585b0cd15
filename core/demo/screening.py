"""Lists of people who do not exist, so that the pages of screening show something.

Two of the company resemble somebody on them: one a sanctioned person, one an exposed one. Nobody
of the five whom everybody may be does.
"""

import io
from contextlib import nullcontext

from core.screening import rescreen
from core.screening.importing import take_in
from core.store.unit import Unit

SANCTIONED = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-02-01T00:00:00Z">
  <INDIVIDUALS>
    <INDIVIDUAL>
      <DATAID>900001</DATAID><FIRST_NAME>CLAUDE</FIRST_NAME><SECOND_NAME>INNOCENT</SECOND_NAME>
      <THIRD_NAME>MUGISHA</THIRD_NAME><UN_LIST_TYPE>Demo</UN_LIST_TYPE>
      <REFERENCE_NUMBER>DMi.001</REFERENCE_NUMBER><COMMENTS1>Invented for the demo.</COMMENTS1>
      <NATIONALITY><VALUE>Rwanda</VALUE></NATIONALITY>
      <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Klaude Mugisa</ALIAS_NAME>
      </INDIVIDUAL_ALIAS>
    </INDIVIDUAL>
    <INDIVIDUAL>
      <DATAID>900002</DATAID><FIRST_NAME>OLUWASEGUN</FIRST_NAME>
      <SECOND_NAME>VANTERPOOL</SECOND_NAME><UN_LIST_TYPE>Demo</UN_LIST_TYPE>
      <REFERENCE_NUMBER>DMi.002</REFERENCE_NUMBER><COMMENTS1>Invented for the demo.</COMMENTS1>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1965</YEAR>
      </INDIVIDUAL_DATE_OF_BIRTH>
    </INDIVIDUAL>
  </INDIVIDUALS>
  <ENTITIES>
    <ENTITY>
      <DATAID>900003</DATAID><FIRST_NAME>HARMATTAN STAR SHIPPING LTD</FIRST_NAME>
      <UN_LIST_TYPE>Demo</UN_LIST_TYPE><REFERENCE_NUMBER>DMe.001</REFERENCE_NUMBER>
      <COMMENTS1>Invented for the demo.</COMMENTS1>
      <ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>Harmatan Star</ALIAS_NAME></ENTITY_ALIAS>
    </ENTITY>
  </ENTITIES>
</CONSOLIDATED_LIST>
"""
EXPOSED = """id,name,aliases,born,countries,position
demo-1,Yaw Kwabena Asante,Yaw K. Asante,,GH,Deputy minister of an invented ministry
demo-2,Ottilie Mbeki-Hassan,,1951-08-14,TZ,Judge of an invented court
"""


def load(unit: Unit) -> None:
    """Take the lists in, and compare everybody with them."""
    for list_id, content in (("un-xml", SANCTIONED), ("pep-csv", EXPOSED)):
        take_in(unit, list_id, io.BytesIO(content.encode()))
    run = rescreen.begin(unit)
    if run is not None:
        list(rescreen.steps(lambda: nullcontext(unit), run))
