"""What is around keys, by Google's own clients: policies, what is above a project, and the log of Admin Activity."""

from google.api_core.exceptions import Forbidden
from google.cloud import logging
from google.cloud.resourcemanager_v3 import FoldersClient, OrganizationsClient, ProjectsClient
from google.cloud.resourcemanager_v3.services.folders.transports.rest import FoldersRestTransport
from google.cloud.resourcemanager_v3.services.organizations.transports.rest import OrganizationsRestTransport
from google.cloud.resourcemanager_v3.services.projects.transports.rest import ProjectsRestTransport

from service import Algorithm, Bearer, Level

CASES = []
case = CASES.append

AUDIT = [{"service": "cloudkms.googleapis.com", "auditLogConfigs": [{"logType": "DATA_READ"}]}]
IAM = {
    "enforced": False,
    "grants": [{"member": "user:a@example.com", "role": "roles/cloudkms.viewer", "resource": "folders/7"}],
    "parents": {"projects/judged": "folders/7", "folders/7": "organizations/9"},
    "audit": {"organizations/9": AUDIT},
}


def manager(service, client, transport):
    scheme, host = service.endpoint.split("://")
    return client(transport=transport(host=host, url_scheme=scheme, credentials=Bearer()))


@case
def a_project_says_what_is_above_it_up_to_the_organization(service):
    service.control("PUT", "/google/iam", IAM)
    project = manager(service, ProjectsClient, ProjectsRestTransport).get_project(name="projects/judged")
    assert (project.project_id, project.parent, project.state.name) == ("judged", "folders/7", "ACTIVE"), project
    folder = manager(service, FoldersClient, FoldersRestTransport).get_folder(name=project.parent)
    assert (folder.name, folder.parent) == ("folders/7", "organizations/9"), folder


@case
def policies_have_bindings_and_audit_configurations(service):
    service.control("PUT", "/google/iam", IAM)
    folder = manager(service, FoldersClient, FoldersRestTransport).get_iam_policy(resource="folders/7")
    assert [(one.role, list(one.members)) for one in folder.bindings] == [
        ("roles/cloudkms.viewer", ["user:a@example.com"])
    ], folder
    organizations = manager(service, OrganizationsClient, OrganizationsRestTransport)
    (audit,) = organizations.get_iam_policy(resource="organizations/9").audit_configs
    assert (audit.service, [one.log_type for one in audit.audit_log_configs]) == ("cloudkms.googleapis.com", [3])
    project = manager(service, ProjectsClient, ProjectsRestTransport).get_iam_policy(resource="projects/judged")
    assert not project.bindings and not project.audit_configs, project


@case
def a_policy_of_a_key_is_read_and_set(service):
    version = service.new_version(Algorithm.EC_SIGN_P256_SHA256, Level.HSM)
    key = version.name.split("/cryptoKeyVersions")[0]
    policy = service.client.get_iam_policy({"resource": key})
    assert not policy.bindings, policy
    policy.bindings.add(role="roles/cloudkms.signer", members=["user:a@example.com"])
    service.client.set_iam_policy({"resource": key, "policy": policy})
    again = service.client.get_iam_policy({"resource": key})
    assert again.bindings == policy.bindings, again


@case
def the_log_has_the_creation_of_a_version_for_whoever_may_read_it(service):
    version = service.new_version(Algorithm.EC_SIGN_P256_SHA256, Level.HSM)
    key = version.name.split("/cryptoKeyVersions")[0]
    client = logging.Client(
        project="judged", credentials=Bearer(), _use_grpc=False, client_options={"api_endpoint": service.endpoint}
    )
    terms = [
        'logName="projects/judged/logs/cloudaudit.googleapis.com%2Factivity"',
        f'(protoPayload.resourceName:"{key}" OR protoPayload.response.name:"{key}")',
    ]
    entries = list(client.list_entries(resource_names=["projects/judged"], filter_=" AND ".join(terms)))
    made = [(entry.payload["methodName"], entry.payload["resourceName"]) for entry in entries]
    assert made and all(name in (key, version.name) for _, name in made), made


@case
def who_may_not_is_refused(service):
    service.control("PUT", "/google/iam", {"enforced": True, "grants": []})
    token = service.control("POST", "/google/tokens", {"member": "user:b@example.com"})["token"]
    scheme, host = service.endpoint.split("://")
    transport = ProjectsRestTransport(host=host, url_scheme=scheme, credentials=Bearer(token))
    try:
        ProjectsClient(transport=transport).get_project(name="projects/judged")
    except Forbidden as refusal:
        assert "resourcemanager.projects.get" in str(refusal), refusal
    else:
        raise AssertionError("answered")
