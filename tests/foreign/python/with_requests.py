from functools import partial

import requests

import scenario

with requests.Session() as session:
    session.auth = scenario.credentials
    scenario.run(partial(session.request, timeout=30))
