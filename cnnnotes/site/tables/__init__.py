"""Tables of pages, computed: one module a subject, one function a table, each returns Markdown."""
