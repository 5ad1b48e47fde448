# OneBit. `make` alone says what there is.
# Every target finds a JDK 25 or fetches one (lib/bin/find-jdk) and needs GNU make and Maven.

PROFILE ?= quick
ROWS ?=

.PHONY: help build test lab lab-test reproduce results figures clean

help:
	@echo 'make test         run all tests (with CIFAR where ONEBIT_DATA names a folder of it)'
	@echo 'make lab          open the notebooks in JupyterLab (which it installs in .venv)'
	@echo 'make lab-test     try them there, in a browser (Chromium or Chrome)'
	@echo 'make reproduce    train the eight rows and write results/; PROFILE=smoke|quick|laptop|evening|paper ROWS="ROW ..."'
	@echo 'make results      write the tables of results/ and of this README from the run folders; no training'
	@echo 'make figures      draw figures/ from the run folders and what was published; no training'
	@echo 'make build        build the library that lib/bin/onebit runs'
	@echo 'make clean        delete what was built; results, figures, data and caches stay'

build:
	@lib/bin/build

test:
	@lib/bin/maven -f lib/pom.xml verify

lab: build
	@environment/install
	@environment/lab

lab-test: build
	@environment/test/lab

reproduce: build
	@lib/bin/onebit reproduce --profile $(PROFILE) $(ROWS)

results: build
	@lib/bin/onebit results

figures: build
	@lib/bin/onebit figures

clean:
	@rm -rf lib/dist lib/target lib/*/target
