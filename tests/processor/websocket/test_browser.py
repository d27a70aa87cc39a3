"""A page in a real browser, which can send no headers with its WebSocket."""

from project.access.roles import Role
from tests.console.conftest import browser, visitor  # noqa: F401  fixtures
from tests.processor.websocket.sockets import end, submitted

CONNECT = """
async (batchId) => {
  const csrf = document.cookie.match(/csrftoken=([^;]+)/)[1];
  const made = await fetch("/api/batch-processor/tickets", { method: "POST", headers: { "X-CSRFToken": csrf } });
  const { token } = await made.json();
  window.told = [];
  const socket = new WebSocket(`ws://${location.host}/ws/batch-processor?token=${token}`);
  socket.onopen = () => socket.send(JSON.stringify({ action: "subscribe", batch_id: batchId }));
  socket.onmessage = ({ data }) => window.told.push(JSON.parse(data).status);
}
"""


def test_a_page_follows_a_batch_with_a_ticket(visitor, model):  # noqa: F811  the fixture
    page = visitor(Role.BATCH_ADMIN).page
    batch = submitted()
    page.evaluate(CONNECT, batch.batch_id)
    page.wait_for_function("window.told.at(-1) === 'queued'")
    end(batch)
    page.wait_for_function("window.told.at(-1) === 'completed'")
    assert page.evaluate("window.told.filter((status) => status === 'completed').length") == 1
