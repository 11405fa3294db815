"""The letter to a reviewer; a mail server that is away is asked again, later and later."""

from django.db import connection
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from fhirapi.bulk.queue import QUEUE
from portal import mail
from portal.partners.models import PartnerApplication
from portal.partners.telling import reviewers


@app.task(
    queue=QUEUE, name="tell_reviewer", retry=RetryStrategy(max_attempts=8, exponential_wait=4)
)
def tell_reviewer(account_id: int, application_id: int, what: str) -> None:
    try:
        application = PartnerApplication.objects.filter(pk=application_id).first()
        reader = application and reviewers(application).filter(pk=account_id).first()
        if application and reader:
            mail.partner_waits(reader, application, what)
    finally:
        connection.close()  # the next task may be one after a restart of the database
