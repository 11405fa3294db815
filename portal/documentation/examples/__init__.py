"""The requests that the documentation shows, each with the answer that it got.

    recorded/*.json   one example each: requests in their order, with recorded answers
    example.py        the shape of such a file
    shown.py          an example as Markdown: ``curl``, then the answer
    varying.py        what differs each time, and what stands there instead

A chapter shows one by ``{% example "patient-read" %}``. To add one, write its file without the
``answer`` members and run ``python -m tools.examples patient-read``, which asks the product itself
and writes down what it says. The suite asks again, and refuses an answer that has changed.
"""
