"""Formats other than CSV, read in a process of their own with little memory and little time: what arrives may be made to harm.

Each module is a program, `python -m exchange.formats.workbook FILE FOLDER`, that knows neither Django nor the database. It writes what
it found into the folder and answers with a JSON object: what is there, or `problem` with a sentence.
"""
