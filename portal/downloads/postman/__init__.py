"""A Postman collection and its environment, made from the declarations.

https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html - a folder for each way
to a token, a folder for each resource type; every request works with what the ones before it have
stored: begin with ``collection.py``. In English: it is read beside the API, which is in English.
"""
