"""The pipeline: from addresses of files to a published release, in steps that can be repeated.

- `spec` reads what to load from a TOML file.
- `steps` does the work of each step: fetch, transform, load, validate, views, publish.
- `record` keeps what a step did, so that it is not done again.
- `run` takes the steps in order, with retries.
"""

from snapshard_populate.pipeline.record import Record
from snapshard_populate.pipeline.run import run_pipeline
from snapshard_populate.pipeline.spec import PipelineSpec, read_spec
from snapshard_populate.pipeline.steps import STEPS, Run

__all__ = ["STEPS", "PipelineSpec", "Record", "Run", "read_spec", "run_pipeline"]
