"""Patches of resources, pure: from a resource and a patch to the new resource, or why not.

json_patch.py      JSON Patch (RFC 6902)
fhirpath_patch.py  FHIRPath Patch: a Parameters resource
path.py            the part of FHIRPath that says where
elements.py        which elements a type has: one or many, and of which type

Libraries were looked at: one that applies JSON Patches takes ``1`` for ``true`` in a test and lets
copies of copies fill the memory; those that evaluate FHIRPath give values, not their places.
"""
