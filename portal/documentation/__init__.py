"""The public documentation: chapters in Markdown, whose facts come from where the product has them.

    chapters.py   which chapters there are, in which order: one row each
    written.py    a chapter's template filled in, as Markdown
    markdown.py   Markdown as HTML: linkable headings, samples that can be copied
    views.py      the pages
    guide.py      the first page: the vendor guide's steps

A chapter's text is a Django template written in Markdown (``templates/documentation/chapters``),
so that an address, a limit or a resource type is named by the code that has it. It is in English;
what is around it follows the reader's language. May import what the portal may.
"""
