"""The project: settings, addresses, the web entry point and what `make run` does.

Wiring only, no behaviour of the product. Start with ``urls.py`` (the whole URL contract on one
screen) and ``settings.py`` (every knob).
"""
