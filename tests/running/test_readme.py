"""The commands of the README, run as they stand there."""

import os
import re
import subprocess

from tests.product import ROOT, Product


def test_the_readmes_walk_works_as_it_is_written(running_product: Product) -> None:
    [commands] = re.findall(r"```bash\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    demo = running_product.wait_until_ready()
    demo_file = running_product.data_dir / "demo.json"
    surroundings = {"BASE": demo["base_url"], "DEMO_FILE": str(demo_file)}
    told = subprocess.run(
        ["bash", "-c", commands], capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, **surroundings},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    for expected in (
        '"resourceType":"Patient","id":"142859"',
        '"resourceType":"CapabilityStatement"',
        '"refresh_token":',
        '"total":2',
        "Error: Wrong Client_ID or Client_secret Key",
    ):
        assert expected in told.stdout
    assert "OperationOutcome" not in told.stdout
