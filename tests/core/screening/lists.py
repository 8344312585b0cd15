"""Small lists of people and firms that do not exist, in every format that is published."""

import io
from collections.abc import Sequence

REST = ',"-0- "' * 6
SDN = (
    (
        f'101,"KASIMU ZUBERI, Mwambao Idrisa","individual","SDGT","-0- "{REST},"DOB 12 Feb 1958; '
        "alt. DOB 1959; POB Zinjibar, Yemen; nationality Yemen; Gender Male; "
        "a.k.a. 'KASIMU THE GREY'.\""
    ),
    (
        f'102,"VOLNAYA ZARYA TRADING, LTD.","-0- ","CYBER2","-0- "{REST},'
        '"Tax ID No. 7700000001 (Russia)."'
    ),
    f'103,"NDEGE MWEUPE","vessel","IRAN","-0- "{REST},"-0- "',
    (
        f'104,"GRUMBOLDT, Ottokar","individual","SDNTK","-0- "{REST},'
        '"DOB circa 1961; nationality Austria; citizen Austria."'
    ),
)
ALT = (
    '101,9001,"aka","QASIM ZUBAIRI","-0- "',
    '101,9002,"fka","ZUBERI, Kasim","-0- "',
    '777,9003,"aka","BARTHOLOMEUS FENWICK-OBADELE","-0- "',
)
UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-02-01T00:00:00.000Z">
  <INDIVIDUALS>
    <INDIVIDUAL>
      <DATAID>5001</DATAID><FIRST_NAME>TARIQ</FIRST_NAME><SECOND_NAME>HAMDAN</SECOND_NAME>
      <THIRD_NAME>AL-BAHRI</THIRD_NAME><UN_LIST_TYPE>Al-Qaida</UN_LIST_TYPE>
      <REFERENCE_NUMBER>XXi.001</REFERENCE_NUMBER><COMMENTS1>Invented for tests.</COMMENTS1>
      <NATIONALITY><VALUE>Iraq</VALUE></NATIONALITY>
      <NAME_ORIGINAL_SCRIPT>طارق حمدان البحري</NAME_ORIGINAL_SCRIPT>
      <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Tarek Hamdane</ALIAS_NAME>
        <DATE_OF_BIRTH>1971</DATE_OF_BIRTH></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>The Navigator</ALIAS_NAME>
      </INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ADDRESS><COUNTRY>Syrian Arab Republic</COUNTRY></INDIVIDUAL_ADDRESS>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1970-07-16</DATE>
      </INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_PLACE_OF_BIRTH><COUNTRY>Iraq</COUNTRY></INDIVIDUAL_PLACE_OF_BIRTH>
    </INDIVIDUAL>
    <INDIVIDUAL>
      <DATAID>5002</DATAID><FIRST_NAME>WENZESLAUS</FIRST_NAME><SECOND_NAME>OKPARA</SECOND_NAME>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1960</FROM_YEAR>
        <TO_YEAR>1964</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1970</YEAR>
      </INDIVIDUAL_DATE_OF_BIRTH>
    </INDIVIDUAL>
  </INDIVIDUALS>
  <ENTITIES>
    <ENTITY>
      <DATAID>6001</DATAID><FIRST_NAME>SILVERMOON MERCHANT BANK</FIRST_NAME>
      <ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>Silver Moon Bank</ALIAS_NAME>
      </ENTITY_ALIAS>
      <ENTITY_ADDRESS><COUNTRY>Democratic People's Republic of Korea</COUNTRY></ENTITY_ADDRESS>
    </ENTITY>
  </ENTITIES>
</CONSOLIDATED_LIST>
"""
PEP = (
    "id,name,aliases,born,countries,position",
    'x1,"Philomena Adhiambo-Quist","Mena Quist;P. A. Quist",1969-11-30,KE;GH,Minister of Tides',
    "x2,Ignatius Mbarara,,1955,Uganda,Governor",
)


def file(lines: Sequence[str] | str) -> io.BytesIO:
    """Return a file as it is downloaded: Windows' line ends, and OFAC's last character."""
    if isinstance(lines, str):
        return io.BytesIO(lines.encode())
    return io.BytesIO(("\r\n".join(lines) + "\r\n").encode())


def sdn(lines: Sequence[str] = SDN) -> io.BytesIO:
    return io.BytesIO(file(lines).getvalue() + b"\x1a")
