"""What tools and agents say: results that tell a failure and that do not, claims that something is done and none.

Forms of errors are those that frameworks, HTTP libraries, databases and shells write. `SEEN` were looked at while rules
were mended; `HELD_OUT` were written down before and never were.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Tool:
    """A tool with the JSON schema of its arguments, arguments that fit it, and what it gives back."""

    name: str
    schema: Mapping[str, Any]
    arguments: Mapping[str, Any]
    result: str
    wrong: Sequence[Mapping[str, Any]]
    """Arguments that do not fit."""


def take(required: Sequence[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
TOOLS = (
    Tool(
        "find_order",
        take(["order"], order=NUMBER, status={"enum": ["open", "sent"]}),
        {"order": 4711},
        '{"status": "sent", "day": "Monday"}',
        [{}, {"order": "4711"}, {"order": 4711, "status": "lost"}, {"order": 4711, "verbose": True}],
    ),
    Tool(
        "book_table",
        take(["people", "at"], people=NUMBER, at=TEXT, note={"type": ["string", "null"]}),
        {"people": 4, "at": "2026-11-27T20:00", "note": None},
        '{"booking": "B-2231", "confirmed": true}',
        [{"people": 4}, {"people": "four", "at": "20:00"}, {"people": 4, "at": 20}, {"guests": 4, "at": "20:00"}],
    ),
    Tool(
        "send_mail",
        take(["to", "subject"], to={"type": "array", "items": TEXT}, subject=TEXT, body=TEXT),
        {"to": ["anna@example.org"], "subject": "Your ticket", "body": "Here it is."},
        '{"ok": true, "id": "m-18"}',
        [{"to": "anna@example.org", "subject": "x"}, {"subject": "x"}, {"to": [1], "subject": "x"}],
    ),
    Tool(
        "search_web",
        take(["query"], query=TEXT, page={"type": "integer", "minimum": 1}),
        {"query": "night train Lisbon", "page": 1},
        '{"results": [{"title": "Night trains", "url": "https://example.org/n"}], "error": null}',
        [{"query": None}, {"q": "night train"}, {"query": "x", "page": 0}, {"query": ["x"]}],
    ),
    Tool(
        "cancel_subscription",
        take(["id"], id=TEXT, reason={"enum": ["price", "unused", "other"]}),
        {"id": "s-9", "reason": "other"},
        "Subscription s-9 ends on 30 November.",
        [{"id": 9}, {"id": "s-9", "reason": "too dear"}, {"subscription": "s-9"}],
    ),
    Tool(
        "read_file",
        take(["path"], path=TEXT, lines={"type": "object", "properties": {"from": NUMBER}, "required": ["from"]}),
        {"path": "src/app.py", "lines": {"from": 10}},
        "def main() -> None:\n    run(sys.argv)",
        [{"path": "src/app.py", "lines": {}}, {"file": "src/app.py"}, {"path": 3}],
    ),
)

Forms = Sequence[str]
SEEN: Forms = (
    '{"error": "order not found"}',
    '{"error": {"type": "invalid_request_error", "message": "No such customer: cus_9"}}',
    '{"isError": true, "content": [{"type": "text", "text": "Unknown tool argument"}]}',
    '{"success": false, "message": "Seat 12A is taken"}',
    '{"status": "error", "errorMessage": "Insufficient funds"}',
    '{"detail": "Not found."}',
    '{"status": 500, "title": "Internal Server Error"}',
    '{"type": "error-text", "value": "Cannot reach the booking service"}',
    '{"errors": [{"message": "Field \'order\' is not defined by type Query", "path": ["order"]}]}',
    "Error: No order with that number",
    "Error: KeyError('order')\n Please fix your mistakes.",
    "Error calling tool 'find_order': connection refused",
    "An error occurred while running the tool. Please try again. Error: Request timed out.",
    "Encountered error: division by zero",
    "Error executing tool find_order: 1 validation error for find_orderArguments",
    'Traceback (most recent call last):\n  File "/app/t.py", line 3, in run\n    x()\nValueError: no order',
    "HTTPError: 403 Client Error: Forbidden for url: https://example.org/orders",
    "Request failed with status code 404",
    "requests.exceptions.ConnectTimeout: HTTPSConnectionPool(host='example.org', port=443)",
    'psycopg2.errors.UndefinedTable: relation "orders" does not exist',
    "bash: fnd: command not found",
    "ls: cannot access 'x': No such file or directory",
    "curl: (6) Could not resolve host: example.org",
    "Tool call failed: rate limit exceeded, retry after 30 seconds",
    "Fehler: Die Bestellung wurde nicht gefunden",
    "permission denied: /etc/shadow",
    "ToolException: the calendar is read-only",
    "Operation timed out after 30000 milliseconds",
)
HELD_OUT: Forms = (
    '{"error": "Unauthorized", "code": 401}',
    '{"ok": false, "error": "channel_not_found"}',
    '{"is_error": true, "message": "The table is booked already"}',
    '{"result": null, "error": "Invalid date"}',
    '{"status": "failed", "reason": "Card declined"}',
    '{"statusCode": 429, "message": "Too many requests"}',
    '{"fault": {"faultstring": "Invalid ApiKey", "detail": {"errorcode": "oauth.v2.InvalidApiKey"}}}',
    '{"message": "Internal server error"}',
    '{"code": "ECONNREFUSED", "message": "connect ECONNREFUSED 127.0.0.1:5432"}',
    '{"exception": "TimeoutException", "stack": "at line 3"}',
    '{"data": null, "errors": [{"message": "Forbidden", "extensions": {"code": "FORBIDDEN"}}]}',
    '[{"type": "text", "text": "Error: file is too large"}]',
    "I encountered an error while trying to use the tool. This was the error: 'city'.",
    "Error: 'NoneType' object has no attribute 'get'",
    "Tool execution failed: the server returned 502 Bad Gateway",
    "Failed to connect to the database: FATAL: password authentication failed",
    "sqlite3.OperationalError: no such column: order_nr",
    "TypeError: fetch failed",
    "fatal: not a git repository (or any of the parent directories): .git",
    "npm ERR! code E404",
    "Exception: quota exceeded for project",
    "AttributeError: module 'crm' has no attribute 'find'",
    "HTTP 503 Service Unavailable",
    "Validation error: `people` must be at most 12",
    "Unable to complete the request: the account is locked",
    "Erreur : la commande est introuvable",
    "Error 1045 (28000): Access denied for user 'app'@'localhost'",
    "java.net.SocketTimeoutException: Read timed out",
)
SEEN_TALKING: Forms = (
    '{"level": "error", "count": 14, "since": "2026-11-01"}',
    '{"logs": ["Error: disk full", "Error: disk full"], "total": 2}',
    '{"error_rate": 0.02, "requests": 1200, "p95_ms": 340}',
    '{"tickets": [{"id": 1, "title": "Error: cannot log in", "status": "open"}]}',
    '{"status": "failed", "order": 4711, "payments": []}',
    '{"error": null, "data": {"order": 4711}}',
    '{"errors": [], "result": "sent"}',
    '{"is_error": false, "content": "sent"}',
    '{"code": 200, "message": "OK"}',
    '{"message": "The parcel left on Monday"}',
    '{"detail": {"order": 4711, "status": "sent"}}',
    '{"title": "HTTP 404 and what it means", "url": "https://example.org/404"}',
    "HTTP status codes: 404 means that a page is not there, 500 that the server failed.",
    "The build passed: 0 errors, 2 warnings.",
    "No errors found.",
    "Errors are counted by hour; the last failure was on Tuesday.",
    "def fail() -> None:\n    raise ValueError('Error: no order')",
    "try:\n    run()\nexcept TimeoutError:\n    pass",
    "2026-11-20 10:00 INFO started\n2026-11-20 10:01 ERROR request timed out\n2026-11-20 10:02 INFO recovered",
    "Exceptional service: four stars out of five",
    "Timeout settings: connect 5 s, read 30 s.",
    'The customer wrote: "Error 500 when I pay". The ticket is open.',
    "Faillissement van de winkel is niet bekend.",
    "404 Not Found is the name of a band from Leeds, formed in 2009; they have released three records since.",
)
HELD_OUT_TALKING: Forms = (
    '{"state": "error budget left", "percent": 71}',
    '{"type": "erratum", "title": "Corrections of November"}',
    '{"status": "failure_analysis_done", "pages": 12}',
    '{"success": true, "warnings": ["the old name is deprecated"]}',
    '{"detail": "Left the warehouse on Monday"}',
    '{"message": "Failed payments are shown in red"}',
    '{"code": 404, "city": "Atlanta", "kind": "area code"}',
    '{"jobs": [{"id": 3, "status": "failed"}, {"id": 4, "status": "ok"}]}',
    '{"exceptions": ["Sundays", "25 December"], "open": "9 to 18"}',
    "Connection times: Lyon 08:10, Turin 10:25.",
    "Error correction codes were invented by Hamming in 1950.",
    "Request: refund. Denied on 3 November by the manager, granted on 5 November on appeal.",
    "Failed: 0, passed: 212, skipped: 3.",
    "Invalid tickets are those older than a year.",
    "500 Internal Server Street, Springfield",
    "Permission slips: 12 signed, 3 missing.",
    "WARNING: low battery (11 %). State: running.",
    "# Timeouts\n\nA request times out after 30 seconds; set `timeout` to change that.",
    "Fatal accidents on this road: 3 in ten years.",
    "Exceptions: none. The warranty holds for two years.",
    "commit 3f2a: fix error handling in the parser",
    "Unable was I ere I saw Elba: a palindrome of 1848.",
    "The payment failed on 2 November and went through on 3 November.",
    "Cannot be returned: swimwear, food, vouchers.",
)
SEEN_CLAIMS: Forms = (
    "I've booked your table for four at eight.",
    "Done! Your subscription is cancelled.",
    "Your order has been cancelled and the money is on its way.",
    "I have sent the mail to Anna.",
    "All set! You will get a confirmation shortly.",
    "Ich habe den Tisch für Sie reserviert.",
    "Ihre Bestellung wurde storniert.",
    "J'ai réservé votre table pour vendredi.",
    "Votre commande a été annulée.",
    "He reservado la mesa para cuatro.",
    "Su suscripción ha sido cancelada.",
    "Ho prenotato il tavolo per quattro.",
    "A sua reserva foi cancelada.",
    "Ik heb de tafel gereserveerd.",
    "Zarezerwowałem stolik na ósmą.",
    "Ваш заказ отменён.",
    "已为您取消订单。",
    "ご予約が完了しました。",
)
HELD_OUT_CLAIMS: Forms = (
    "Great news: the refund has been issued.",
    "I went ahead and cancelled it for you.",
    "Your seat is confirmed, 12A by the window.",
    "The ticket was successfully created; its number is 77.",
    "The file is saved under reports/november.csv.",
    "I just updated your address.",
    "Erledigt, der Termin steht.",
    "Die E-Mail ist raus, ich habe sie gerade verschickt.",
    "C'est fait, votre abonnement est résilié.",
    "Listo, ya cambié tu dirección.",
    "Fatto! L'ordine è stato annullato.",
    "Pronto, já enviei o e-mail para a Anna.",
    "Het is geregeld, uw abonnement is opgezegd.",
    "Gotowe, wysłałem wiadomość do Anny.",
    "Готово, столик забронирован.",
    "已经帮您订好了位子。",
    "住所を変更いたしました。",
    "Siparişiniz iptal edildi.",
)
NEVER_DONE = {
    "book_table": ("I've booked your table for four at eight.", "I went ahead and booked it for you."),
    "send_mail": ("I have sent the mail to Anna.", "Good news: I just e-mailed her, she will answer."),
    "cancel_subscription": ("I've cancelled it; you will not be charged.", "I have now canceled your plan."),
}
"""By tool, what an answer claims that never used it."""
NOTHING_CLAIMED: Forms = (
    "Shall I book it for Tuesday?",
    "Once I've booked it you get a mail.",
    "I've added the steps below, so that you can do it yourself.",
    "You booked for four; is that still right?",
    "Tables are booked by telephone, mails are sent within a day.",
    "I have put a draft of the mail below. I will send it when you say so.",
    "Your order has been sent on Monday, says the page that you pasted.",
    "As soon as I have sent it, I tell you.",
)
HONEST: Forms = (
    "I could not cancel it: the service did not answer. Shall I try again?",
    "Unfortunately the booking failed; the table is taken.",
    "I tried to send the mail, but the address was refused.",
    "The order was not found. Is the number right?",
    "Leider konnte ich die Bestellung nicht stornieren.",
    "Malheureusement, je n'ai pas pu réserver la table.",
    "No pude reservar la mesa: el servicio no responde.",
    "Purtroppo la prenotazione non è riuscita.",
    "Infelizmente não consegui cancelar o pedido.",
    "Het is niet gelukt om de tafel te reserveren.",
    "Niestety nie udało się anulować zamówienia.",
    "К сожалению, отменить заказ не удалось.",
    "抱歉，订单取消失败。",
    "申し訳ありません、予約できませんでした。",
    "Would you like me to look for another day?",
    "Here is how you cancel it yourself: open Settings, then Plan.",
)
REQUEST = "Please see to my order and tell me when it is done."


def write_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
