"""Django reads these names from a module of each language."""

from portal.formats import DATE, DATE_AND_TIME, DATE_INPUT

DATE_FORMAT = SHORT_DATE_FORMAT = DATE
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = DATE_AND_TIME
DATE_INPUT_FORMATS = DATE_INPUT
