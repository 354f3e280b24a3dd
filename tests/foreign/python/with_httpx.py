import httpx

import scenario

with httpx.Client(auth=scenario.credentials, timeout=30) as client:
    scenario.run(client.request)
