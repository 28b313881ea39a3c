# Thin: every target calls a Python module that has --help. `make help` lists the targets by theme.

# Variables of make are taken from its command line. A shell may have variables of the same names for other programs.
# The environment can also be named by ENVIRONMENT_SUFFIX. `python -m tools` refuses two different names, and a
# name in the shell's ENV, which make would otherwise pass over in silence.
ifneq ($(filter environment%,$(origin ENV)),)
export EDUCATION_SHELL_ENV := $(value ENV)
endif
unexport ENV PYTHON
ENV = $(if $(ENVIRONMENT_SUFFIX),$(ENVIRONMENT_SUFFIX),dev)
FUZZ_EXAMPLES = 200
# Processes for tests that share nothing.
WORKERS = -n auto --maxprocesses 4
# The first Python that is new enough; the shell's PYTHON is tried before the others.
SHELL_PYTHON := $(if $(filter environment%,$(origin PYTHON)),$(value PYTHON))
PYTHON = $(shell for p in $(SHELL_PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; exit; }; done; echo python3)
# Where a person may want the files of the targets below.
PLANS = build/plans
OUTPUTS = outputs
BOOTSTRAP = build/bootstrap
LOCK =
STUDENTS = 1000
ENVIRONMENTS = dev,staging,prod

# Python speaks UTF-8 whatever the locale is, and finds its own modules and those of this folder only. It keeps what it
# has compiled: without that each of some hundred processes of `make test` compiles its libraries anew.
export PYTHONUTF8 := 1
export PYTHONIOENCODING := utf-8:replace
unexport PYTHONSAFEPATH PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE
# Everything below runs in the project's own environment; cdktf.json's `python -O main.py` finds it on PATH. The shell
# knows this folder as PWD, whatever characters its name has.
RUN := PATH="$$PWD/.venv/bin:$$PWD/node_modules/.bin:$$PATH" VIRTUAL_ENV="$$PWD/.venv" python

.DEFAULT_GOAL := help
.PHONY: $(shell sed -nE 's/^([a-z-]+):.*## .*/\1/p' Makefile)

help: ## list the targets
	@awk '/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		match($$0, /^[a-z-]+:.*## /) { split($$0, target, ":"); \
			printf "  %-18s %s\n", target[1], substr($$0, RLENGTH + 1) }' $(MAKEFILE_LIST)

##@ Setup

install: ## install what is missing: virtual environment and cdktf-cli
	@"$(PYTHON)" -m tools.setup.install

bindings: install ## compile the AWS bindings, which the tests import as a whole
	@"$(PYTHON)" -m tools.setup.install --bindings

browser-driver: install ## install what the browser tests need too, if a Chromium is on PATH
	@"$(PYTHON)" -m tools.setup.install --browser

lock: ## renew the pinned requirements from *.in
	@"$(PYTHON)" -m tools.setup.lock

clean: down ## remove everything that the tools made, installations included
	@rm -rf .venv node_modules build cdktf.out outputs .local .pytest_cache .mypy_cache .ruff_cache \
		.hypothesis .schemathesis

##@ Local platform

up: ## start the local platform, deploy to it, prove that it works
	@"$(PYTHON)" -m tools.setup.install --synth
	@$(RUN) -m local_platform up

portal-dev: install ## serve the portal with hot reload at http://localhost:5173, with the data of the running platform
	@cd portal && npm run --silent dev

down: ## stop the local platform; leaves no process and no state
	@if [ -f .venv/.installed ]; then $(RUN) -m local_platform down; \
	elif [ -d "$${EDUCATION_LOCAL_HOME:-.local}" ]; then "$(PYTHON)" -m tools.setup.install && $(RUN) -m local_platform down; \
	else echo "nothing is installed, so nothing runs"; fi

reload: install ## put changed functions live in the running local platform, without Terraform
	@$(RUN) -m local_platform reload

status: install ## say whether the local platform runs, and its addresses and accounts
	@$(RUN) -m local_platform status

browser: install browser-driver ## look at every page of the running portal in every look: axe, width, console, pictures
	@$(RUN) -m local_platform.browser check

screenshots: install browser-driver ## take the pictures in docs/pictures again, with the running local platform
	@$(RUN) -m local_platform.browser pictures

lighthouse: install browser-driver ## score six pages of the running portal with Lighthouse (a few minutes)
	@$(RUN) -m benchmarks.lighthouse

restore-drill: install ## back up, damage and restore a table on the AWS emulator
	@$(RUN) -m local_platform.restore_drill

##@ Tests

test: install bindings browser-driver ## run all tests but the pipeline's; integration tests start a platform of their own
	@$(RUN) -m tools run-tests -- $(WORKERS)

unit: install bindings ## run the unit tests only
	@$(RUN) -m pytest $(WORKERS) tests/unit

infrastructure: install bindings ## run the tests of the synthesized stacks only
	@$(RUN) -m pytest tests/infrastructure

integration: install browser-driver ## run the integration tests only
	@$(RUN) -m pytest tests/integration

fuzz: install ## contract tests with random requests, FUZZ_EXAMPLES (200) per operation and role
	@EDUCATION_FUZZ_EXAMPLES="$(FUZZ_EXAMPLES)" $(RUN) -m pytest tests/integration/contract/test_contract.py

prove-pipeline: install ## run the workflows for dev, staging and prod on the AWS emulator, IAM enforced (half an hour)
	@EDUCATION_PROVE_PIPELINE="$(ENVIRONMENTS)" $(RUN) -m pytest tests/pipeline

##@ Checks

lint: install ## formatter (check only), linter, type checker: Python and the portal's TypeScript
	@$(RUN) -m ruff format --check . && $(RUN) -m ruff check . && $(RUN) -m mypy
	@npm run --silent lint --workspace portal

format: install ## format and apply the linters' safe fixes
	@$(RUN) -m ruff format . && $(RUN) -m ruff check --fix .
	@npm run --silent format --workspace portal

api-types: install ## write the portal's types of the API again, from api/openapi.yaml
	@npm run --silent api-types --workspace portal

scan: install ## run all scanners: workflows, infrastructure, code, secrets, dependencies
	@$(RUN) -m tools scan

audit-parts: install ## the nightly part of the scan: dependencies, and how long AWS supports the runtime
	@$(RUN) -m tools scan pip-audit npm-audit runtime

sbom: install ## write parts lists (CycloneDX) of the dependencies and of each function's bundle
	@$(RUN) -m tools sbom

audit: install ## show what the pipeline's roles of ENV may do, compared with PowerUserAccess; renews AWS's list of actions
	@$(RUN) -m tools audit --environment "$(ENV)"

architecture: install ## draw the picture in docs/architecture.md again from the synthesized stack
	@$(RUN) -m tools architecture

##@ Cost

cost: install ## print what a month costs for STUDENTS students, and which limit is reached first
	@$(RUN) -m tools cost --students "$(STUDENTS)"

cost-page: install ## write the tables of docs/cost.md again
	@$(RUN) -m tools cost --write

##@ Deploy (ENV=dev)

bundle: install ## build the function zips that are missing or out of date
	@$(RUN) -m education.functions.bundling

synth: install ## synthesize the stack of ENV
	@$(RUN) -m tools synth --environment "$(ENV)"

deploy: install ## deploy the stack of ENV to the AWS account of the current credentials
	@$(RUN) -m tools deploy --environment "$(ENV)"

destroy: install ## destroy the stack of ENV
	@$(RUN) -m tools destroy --environment "$(ENV)"

diff: install ## show what a deploy of ENV would change
	@$(RUN) -m tools diff --environment "$(ENV)"

outputs: install ## write outputs/<ENV>.json
	@$(RUN) -m tools outputs --environment "$(ENV)"

plan: install ## plan a deployment of ENV and save it, with checksums, in build/plans
	@$(RUN) -m tools plan --environment "$(ENV)" --plan "$(PLANS)/$(ENV)"

apply: install ## apply exactly the saved plan of ENV
	@$(RUN) -m tools apply --environment "$(ENV)" --plan "$(PLANS)/$(ENV)" --outputs "$(OUTPUTS)"

drift: install ## say whether ENV differs from its code (exit code 2: it does)
	@$(RUN) -m tools drift --environment "$(ENV)" --plan "$(PLANS)/$(ENV)"

unlock: install ## release the state lock LOCK of ENV that a killed Terraform left behind
	@$(RUN) -m tools unlock --environment "$(ENV)" --plan "$(PLANS)/$(ENV)" --lock "$(LOCK)"

##@ Pipeline (ENV=dev): the workflows call these targets, and a person can; see docs/operations.md

preflight: install ## look at settings, names and quotas before ENV is deployed; refuses what must be mended first
	@$(RUN) -m tools preflight --environment $(ENV)

bootstrap: install ## prepare the account of the current credentials for ENV's pipeline
	@$(RUN) -m tools bootstrap --environment "$(ENV)" --home "$(BOOTSTRAP)" --outputs "$(OUTPUTS)"

bootstrap-destroy: install ## destroy the bootstrap of ENV, if no environment's state is left
	@$(RUN) -m tools bootstrap-destroy --environment "$(ENV)" --home "$(BOOTSTRAP)"

plan-comment: install ## put the saved plan of ENV under the pull request PULL_REQUEST
	@$(RUN) -m tools plan-comment --environment "$(ENV)" --plan "$(PLANS)/$(ENV)"

plan-summary: install ## put the saved plan of ENV on the workflow run's page, or print it
	@$(RUN) -m tools plan-summary --environment "$(ENV)" --plan "$(PLANS)/$(ENV)"

drift-report: install ## keep ENV's one issue about drift up to date
	@$(RUN) -m tools drift-report --environment "$(ENV)" --plan "$(PLANS)/$(ENV)"

verify: install ## check the deployed ENV from outside, then run the integration tests that its settings name
	@$(RUN) -m tools verify --environment "$(ENV)" --outputs "$(OUTPUTS)"

announce: install ## announce the deployment of ENV, as its settings say
	@$(RUN) -m tools announce --environment "$(ENV)" --outputs "$(OUTPUTS)"

dispose: install ## destroy the environment ENV of a pull request
	@$(RUN) -m tools dispose --environment "$(ENV)"

sweep: install ## dispose of the environments whose pull request is closed
	@$(RUN) -m tools sweep --environment "$(ENV)"
