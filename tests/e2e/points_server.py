"""The page of one cloud with the routes and the headers of the product's own server."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from explorer.asgi import SecurityHeaders
from explorer.ui.geometry import routes

app = st.App(Path(__file__).with_name("points_page.py"), routes=routes(), middleware=[Middleware(SecurityHeaders)])
