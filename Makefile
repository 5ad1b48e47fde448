# OneBit. `make` alone says what there is.
# Every target finds a JDK 25 or fetches one (lib/bin/find-jdk) and needs GNU make and Maven.

# Given behind `make`, or as ONEBIT_ variables; not taken from variables that others export under these names.
PROFILE = $(or $(ONEBIT_PROFILE),quick)
ROWS =
SEED = $(ONEBIT_SEED)
ENGINE = $(ONEBIT_ENGINE)
DEVICE = $(ONEBIT_DEVICE)
PRECISION = $(ONEBIT_PRECISION)
THREADS = $(ONEBIT_THREADS)
JOBS =
BENCH =

# What the notebooks read, and the command line's options, of those that are given.
settings = $(foreach name,PROFILE SEED ENGINE DEVICE PRECISION THREADS,$(if $($(name)),ONEBIT_$(name)=$($(name))))
options = --profile $(PROFILE) $(if $(SEED),--seed $(SEED)) $(if $(ENGINE),--engine $(ENGINE)) $(if $(DEVICE),--device $(DEVICE)) \
    $(if $(PRECISION),--precision $(PRECISION)) $(if $(THREADS),--threads $(THREADS))
plain = lib/bin/onebit reproduce $(options) $(ROWS)

.PHONY: help build test early-packages lab lab-test reproduce reproduce-plain reproduce-test results figures bench gpu-check gpu-check-folder clean

help:
	@echo 'make test         run the library'\''s tests (with CIFAR where ONEBIT_DATA names a folder of it)'
	@echo 'make lab          open the notebooks in JupyterLab (which it installs in .venv), with the settings given as for make reproduce'
	@echo 'make lab-test     try them there, in a browser (Chromium or Chrome)'
	@echo 'make reproduce    execute the notebooks: train the eight rows, write results/ and figures/, and a report of all;'
	@echo '                  PROFILE=smoke|quick|laptop|evening|paper ROWS="ROW ..." SEED=N'
	@echo '                  ENGINE=auto|cpu|torch|dl4j|reference DEVICE=cpu|cuda PRECISION=auto|bf16|float32 THREADS=N JOBS=N'
	@echo 'make reproduce-plain   train the rows and write results/ without notebooks, and without Python'
	@echo 'make reproduce-test    try how notebooks are executed'
	@echo 'make results      write the tables of results/ and of this README from the run folders; no training'
	@echo 'make figures      draw figures/ from the run folders and what was published; no training'
	@echo 'make bench        time training beside PyTorch (which it installs in build/bench); BENCH="OPTION ..." of bench/alternate.py'
	@echo 'make gpu-check    what to run first on a machine with a GPU: a table in build/gpu-check.md (DEVICE=cpu ENGINE=torch rehearses)'
	@echo 'make gpu-check-folder  the same as a folder for a machine with neither network nor Java: build/gpu-check'
	@echo 'make build        build the library that lib/bin/onebit runs'
	@echo 'make clean        delete the built library; .venv, build/, results, figures, data and caches stay'

build:
	@lib/bin/build

test:
	@lib/bin/maven -f lib/pom.xml verify

# JupyterLab is installed while the library is built. What goes wrong here is said when its turn comes.
early-packages:
	@environment/install --packages </dev/null >/dev/null 2>&1 &

lab: early-packages build
	@environment/install
	@$(settings) environment/lab

lab-test: early-packages build
	@environment/test/install
	@environment/test/lab

reproduce: early-packages build
	@environment/install; case $$? in \
	    0) $(settings) environment/reproduce $(if $(JOBS),--jobs $(JOBS)) $(ROWS) ;; \
	    3) echo 'Without it the rows are trained and the results written with no notebooks and no report, as by make reproduce-plain.' >&2; \
	       $(plain) && echo 'That was without notebooks and report, for want of a Python: see above.' >&2 ;; \
	    *) exit 1 ;; \
	esac

reproduce-plain: build
	@$(plain)

reproduce-test: early-packages build
	@environment/install
	@environment/reproduce --test

results: build
	@lib/bin/onebit results

figures: build
	@lib/bin/onebit figures

bench: build
	@bench/run $(BENCH)

gpu-check: build
	@mkdir -p build
	@lib/bin/onebit gpu-check $(if $(DEVICE),--device $(DEVICE)) $(if $(ENGINE),--engine $(ENGINE)) --out build/gpu-check.md

gpu-check-folder: build
	@bench/gpu-check/folder

clean:
	@rm -rf lib/dist lib/.dist.* lib/target lib/*/target
