"""The router: every script in pages/ is a page, in the order of the file names."""

import streamlit as st

from explorer.packaged import assets
from explorer.ui import screen, steps
from explorer.ui.pages import pages
from explorer.ui.show import told

# less empty room at the top; captions dark enough to read (4.5:1); links whole also on a narrow screen; what
# watches the screen takes no room; the menu names every page from 1200 px on, without icons below 1500 px
STYLE = """
.stMainBlockContainer {padding-top: 4.2rem; padding-bottom: 2rem}
[data-testid=stCaptionContainer] {color: inherit; opacity: 0.82}
[data-testid=stPageLink] a * {white-space: normal}
[data-testid=stLayoutWrapper]:has(> [class*=st-key-screen]) {position: absolute}
@media (max-width: 1500px) {[data-testid=stTopNavLink] > span:has([data-testid=stIconMaterial]) {display: none}}
@media (max-width: 1270px) {[data-testid=stTopNavLink] {padding: 0 5px}}
"""
# the dark theme's accent is light: white words on it would not be readable
DARK_STYLE = """
[data-testid=stBaseButton-primary], [data-testid=stBaseButton-primary] *, [data-tag], [data-tag] * {
  color: #16181c !important
}
"""

st.set_page_config(page_title="Information Explorer", page_icon="◉", layout="wide")
st.logo(str(assets() / "logo.svg"), size="large")
st.html(f"<style>{STYLE}{DARK_STYLE if st.context.theme.type == 'dark' else ''}</style>")
screen.watch()
page = st.navigation(list(pages().values()), position="top")
steps.watch(page)
TO_DO = "Change what the message names, or choose another run or estimator; nothing computed is lost."
with told(TO_DO), screen.fitted():
    page.run()
