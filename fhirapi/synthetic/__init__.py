"""The generator of made-up patients: coherent lives, told as US Core resources.

    population   the way in: practice(), record(), practitioner_of()
    generate     fills the store with a population, on every core
    person       who the patient is
    course       the story: which illnesses, which visits, when
    body         height, weight, blood pressure and laboratory values that follow from the story
    chart        collects the resources of one record: ids, meta, references
    patient, encounters, conditions, vitals, laboratory, medications ...
                 one file per topic, each writes its resources from the story into the chart
    notes, reports, specimens, needs, pictures
                 what several topics write in the same way
    practice, services
                 what all records share
    catalogue_*  codes and names as data

A record depends on (seed, index) alone, so processes may share the work and equal seeds give
equal bytes. Nothing here comes from a real person; telephone numbers are of the 555-01xx range.
Resources share their constant parts: serialise them, do not change them in place. Nothing but
``generate`` imports anything else of ours. Begin reading with ``population.py``, then
``course.py``.
"""
