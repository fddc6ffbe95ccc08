"""What the tests share that run the real exporter: put tests/ into PYTHONPATH and `from support import ...`."""

from .case import ExporterTestCase
from .certificates import Authority, basic, bcrypt
from .exporter import (
    ASK_THE_CLUSTER,
    ASK_THE_NODE,
    COLLECTORS,
    COMMAND_LANES,
    LANES,
    OFF_BY_DEFAULT,
    REPOSITORY,
    Answer,
    Exporter,
    collectors_every,
    exporter_program,
    free_port,
    run_exporter,
    to_yaml,
)
from .fake_gluster import FIXTURES, HOSTILE_GLUSTER, RECORDED, CommandStart, FakeGluster, question_of
from .feed import Viewer, merge
from .hub import HubTestCase, recorded_state, taken
from .page import Samples, parse_page
from .processes import (
    Process,
    children_of,
    peak_resident_bytes,
    processes_with_environment,
    resident_bytes,
)
from .prometheus_tools import PROMETHEUS_ACCEPT, Alertmanager, Prometheus, program, promtool_complaints
from .receiver import Receiver, split_id
from .waiting import assert_same, difference, wait_until, wait_until_equal
