"""People who sign in: from the registration form to a session, and back out.

``registration`` turns a filled-in form and a confirmed email address into an account, ``matching``
and ``approval`` join it to the FHIR resource that is the same person, ``signin`` and ``doors`` open
sessions with username, password and PIN, ``recovery`` replaces what was forgotten. ``access`` is
what every other area imports: decorators, and the request of somebody who has signed in.
``admin`` and ``decisions`` are the administrators' side. Begin with ``models``.
"""
