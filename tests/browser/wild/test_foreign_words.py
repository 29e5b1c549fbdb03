"""Random visits at a shared computer in the real browser, fewer and shorter than those of tests/widget/foreign.test.mjs."""

from __future__ import annotations

import pytest

from tests.browser.wild.shop import play


@pytest.mark.parametrize("seed", range(10))
async def test_no_foreign_words(new_context, site, seed):
    await play(await new_context(), site, seed)
