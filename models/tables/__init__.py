"""All tables, so that one import registers the whole schema."""

from models.tables.base import Base
from models.tables.devices import DeviceStatus, Prompt
from models.tables.judgement import Episode, Evaluation, Flag
from models.tables.ledger import Message, MessagePayload, Refusal
from models.tables.process import Process, Running
from models.tables.reading import Reading
from models.tables.registry import Device, DeviceAssignment, Patient, RegistryVersion, ResendRequest
from models.tables.reports import MadeReport, ReportRun, ReportSchedule
from models.tables.statements import PatientFact, PatientLimit, ProgrammeEnrolment

__all__ = [
    "Base", "Device", "DeviceAssignment", "DeviceStatus", "Episode", "Evaluation", "Flag", "MadeReport", "Message",
    "MessagePayload", "Patient", "PatientFact", "PatientLimit", "Process", "ProgrammeEnrolment", "Prompt", "Reading",
    "Refusal", "RegistryVersion", "ReportRun", "ReportSchedule", "ResendRequest", "Running",
]  # fmt: skip
