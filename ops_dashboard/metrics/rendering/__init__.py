"""Everything a Result turns into: words, figures, tables, charts and files."""
