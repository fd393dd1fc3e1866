"""The only room that knows MkDocs and Markdown: it builds what pages show and checks them."""
