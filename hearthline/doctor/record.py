"""What the record itself shows: evaluations that fail, readings refused."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hearthline.doctor.finding import OK, WARNING, Finding, Findings, Place
from models.tables import Evaluation, Message, Refusal

DAY: Final = timedelta(days=1)
SHARE: Final = 100  # a day's refusals deserve a look when they are more than one in so many messages
FEW: Final = 10
SHOWN: Final = 3


def check_failures(_place: Place, session: Session) -> Findings:
    patients, most = session.execute(
        select(func.count(func.distinct(Evaluation.patient_id)), func.max(Evaluation.attempts)).where(
            Evaluation.attempts > 0
        )
    ).one()
    if patients:
        says = f"patients whose evaluation fails: {patients}, up to {most} times; they have no new flags"
        yield Finding("evaluation failures", WARNING, says, "see evaluate.failed in ingest's log, and report it")
    else:
        yield Finding("evaluation failures", OK, "none")


def check_refusals(place: Place, session: Session) -> Findings:
    query = select(Refusal.code, func.count()).where(Refusal.state == "open").group_by(Refusal.code)
    codes = session.execute(query.order_by(func.count().desc(), Refusal.code)).all()
    since = place.now - DAY
    fresh = select(func.count()).where(Refusal.state == "open", Refusal.received_at >= since)
    refused = session.scalar(fresh) or 0
    came = session.scalar(select(func.count()).where(Message.received_at >= since)) or 0
    top = ", ".join(f"{code} {count}" for code, count in codes[:SHOWN])
    says = f"{sum(count for _, count in codes)} are open" + (f": {top}" if top else "")
    if refused >= FEW and refused * SHARE > came:
        says = f"{refused} of a day's {came} messages had readings refused; {says}"
        yield Finding("refusals", WARNING, says, "see: hearthline quarantine list; after a fix: quarantine replay")
    else:
        yield Finding("refusals", OK, says)
