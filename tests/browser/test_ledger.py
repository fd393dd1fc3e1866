"""The ledger: a plain table, which a reader with JavaScript can sort and filter."""

from cnnnotes.experiments.ledger import LEDGER

ROWS = ".ledger tbody tr"


def ids(tab):
    rows = tab.locator(f"{ROWS}:visible td:first-child")
    return [text.strip() for text in rows.all_inner_texts()]


def test_it_sorts_by_claim_and_by_verdict(browser, address):
    tab = browser.new_page()
    tab.goto(f"{address}evidence/")
    written = [claim.id for claim in LEDGER]
    assert ids(tab) == written
    by_id = tab.get_by_role("button", name="Id")
    by_id.click()
    assert ids(tab) == sorted(written, key=lambda id: (id[0], int(id[1:])))
    by_id.click()
    assert ids(tab) == sorted(written, key=lambda id: (id[0], int(id[1:])), reverse=True)
    tab.get_by_role("button", name="Verdict").press("Enter")
    verdicts = [text.strip() for text in tab.locator(f"{ROWS} td:nth-child(3)").all_inner_texts()]
    assert verdicts == sorted(verdicts) and len(set(verdicts)) > 2
    tab.close()


def test_it_filters_by_verdict(browser, address):
    tab = browser.new_page()
    tab.goto(f"{address}evidence/")
    tab.get_by_label("Verdict").select_option("refuted")
    refuted = ids(tab)
    assert "P13" in refuted and "C1" not in refuted
    tab.get_by_label("Verdict").select_option("all")
    assert len(ids(tab)) == len(LEDGER)
    tab.close()


def test_it_is_a_plain_table_without_javascript(browser, address):
    tab = browser.new_context(java_script_enabled=False).new_page()
    tab.goto(f"{address}evidence/")
    assert len(ids(tab)) == len(LEDGER)
    assert tab.locator(".ledger button, .ledger-filter").count() == 0
    row = tab.locator(ROWS).first
    assert row.get_by_role("link", name="experiment").is_visible()
    assert "cnnnotes experiments run permuted_pixels" in row.inner_text()
    tab.context.close()
