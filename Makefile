# 水权确权：一台新的 Debian 12 机器上，`make demo` 跑完主要工作，`make test` 跑完测试。
# 以 root 或有 sudo 的用户运行；重复运行不会重新安装任何东西。

SHELL := /bin/sh
.DEFAULT_GOAL := help
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PYTHON := /usr/bin/python3
ENGINE := .venv/bin/python
OLDEST := .venv-oldest/bin/python
BENCH := .venv-bench/bin/python
DESKTOP_ENV := PYTHONPATH=$(CURDIR)/.desktop-site QT_QPA_PLATFORM=offscreen WR_ENGINE_PYTHON=$(CURDIR)/$(ENGINE)
WR := $(ENGINE) -m wr_plugin

APT_ENGINE := python3-venv python3-pip mdbtools fonts-wqy-zenhei fonts-arphic-uming fonts-lxgw-wenkai fonts-cns11643-sung fonts-hanazono
APT_DESKTOP := qgis python3-qgis python3-pytest xvfb xauth poppler-utils
DEMO_PARCELS ?= 20000
DEMO_SEED ?= 1
DEMO := demo
DEMO_WORK := $(DEMO)/示例县.gpkg

# ---- 安装：只装缺少的 ------------------------------------------------------------------------------------------

# $(call apt_install,软件包…)
define apt_install
	@missing=""; for p in $(1); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then echo "安装软件包：$$missing"; \
	  $(SUDO) apt-get update -qq && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; fi
endef

.PHONY: system system-desktop
system:
	$(call apt_install,$(APT_ENGINE))
system-desktop: | system
	$(call apt_install,$(APT_ENGINE) $(APT_DESKTOP))

.venv/.engine: requirements/engine.txt | system
	@[ -x $(ENGINE) ] || $(PYTHON) -m venv .venv
	@echo "安装计算引擎的 Python 库……"; $(ENGINE) -m pip install -q -r requirements/engine.txt
	@touch $@
.venv/.test: requirements/test.txt .venv/.engine
	@echo "安装测试用的 Python 库……"; $(ENGINE) -m pip install -q -r requirements/test.txt
	@touch $@
.venv-oldest/.oldest: requirements/oldest.txt | system
	@[ -x $(OLDEST) ] || $(PYTHON) -m venv .venv-oldest
	@echo "安装所支持的最低版本的 Python 库……"; $(OLDEST) -m pip install -q -r requirements/oldest.txt
	@touch $@
.venv-bench/.bench: requirements/bench.txt requirements/engine.txt | system
	@[ -x $(BENCH) ] || $(PYTHON) -m venv .venv-bench
	@echo "安装基准测试用的 Python 库……"; $(BENCH) -m pip install -q -r requirements/engine.txt -r requirements/bench.txt
	@touch $@
.desktop-site/.desktop: requirements/desktop.txt | system-desktop
	@$(PYTHON) -m pip install -q --upgrade --no-deps --target .desktop-site -r requirements/desktop.txt
	@touch $@

.PHONY: engine
engine: .venv/.engine

# ---- 主要工作 --------------------------------------------------------------------------------------------------

.PHONY: demo
demo: .venv/.engine
	@rm -rf $(DEMO); mkdir -p $(DEMO)
	@set -e; began=$$(date +%s); start=$$(date -d '-40 days' +%F); end=$$(date -d '-10 days' +%F); \
	run() { echo; echo "▶ $$*"; $(WR) "$$@"; }; \
	run sample --out $(DEMO) --parcels $(DEMO_PARCELS) --seed $(DEMO_SEED); \
	run import $(DEMO)/620799示例县 --work $(DEMO_WORK); \
	run check --work $(DEMO_WORK); \
	run confirm --work $(DEMO_WORK); \
	run publish --work $(DEMO_WORK) --out $(DEMO)/公示表 --start $$start; \
	run approve --work $(DEMO_WORK) --level town --who 示例审核人 --on $$end; \
	run approve --work $(DEMO_WORK) --level county --who 示例审核人 --on $$end; \
	run approve --work $(DEMO_WORK) --level city --who 示例审核人 --on $$end; \
	run certify --work $(DEMO_WORK) --out $(DEMO)/水权证; \
	run ledger --work $(DEMO_WORK) --out $(DEMO)/台账.xlsx; \
	run status --work $(DEMO_WORK); \
	echo; echo "示例县做完了，用时 $$(( $$(date +%s) - began )) 秒。都在文件夹 $(DEMO)/ 里："; \
	echo "  工作文件  $(DEMO_WORK)（在 QGIS 中看：make desktop）"; \
	echo "  公示表    $(DEMO)/公示表/  $$(find $(DEMO)/公示表 -name '*.pdf' | wc -l) 份"; \
	echo "  水权证    $(DEMO)/水权证/  $$(find $(DEMO)/水权证 -name '*.pdf' | wc -l) 份"; \
	echo "  台账      $(DEMO)/台账.xlsx"; \
	echo "  已知缺陷  $(DEMO)/truth.csv"

$(DEMO_WORK):
	@$(MAKE) --no-print-directory demo

# 一个单独的 QGIS 配置：装好插件，打开示例县；不碰用户自己的配置。QGIS_ARGS 可另给 QGIS 参数
.PHONY: desktop
desktop: .venv/.engine $(DEMO_WORK) | system-desktop
	@set -e; profile=$(CURDIR)/build/desktop/profiles/default; ini=$$profile/QGIS/QGIS3.ini; \
	mkdir -p $$profile/QGIS $$profile/python/plugins; \
	$(PYTHON) build_package.py --folder $$profile/python/plugins >/dev/null; \
	[ -f $$ini ] || printf '[PythonPlugins]\nwr_plugin=true\n[locale]\noverrideFlag=true\nuserLocale=zh-Hans\nglobalLocale=zh_CN\n' > $$ini; \
	sed -i '/^watchDog/d; s/^wr_plugin=.*/wr_plugin=true/' $$ini; \
	WR_WORK=$(CURDIR)/$(DEMO_WORK) WR_ENGINE_PYTHON=$(CURDIR)/$(ENGINE) \
	qgis --nologo --noversioncheck --profiles-path $(CURDIR)/build/desktop --profile default $(QGIS_ARGS)

# ---- 测试与检查 ------------------------------------------------------------------------------------------------

.PHONY: test test-engine test-oldest test-desktop
test: test-engine test-oldest test-desktop
test-engine: .venv/.test | system-desktop
	@echo; echo "== 计算引擎 =="; $(ENGINE) -m pytest -q
test-oldest: .venv-oldest/.oldest
	@echo; echo "== 支持的最低版本 =="; $(OLDEST) -m pytest -q -m "not slow" -p no:cacheprovider
test-desktop: .desktop-site/.desktop .venv/.engine | system-desktop
	@echo; echo "== QGIS 桌面 =="; env $(DESKTOP_ENV) $(PYTHON) -m pytest -q -p no:cacheprovider tests/desktop

.PHONY: lint
lint: .venv/.test
	@$(ENGINE) -m ruff check .
	@# bandit takes the reason after "# nosec" for names of tests and warns of each on stderr
	@$(ENGINE) -m bandit -q -c pyproject.toml -r wr_plugin build_package.py 2>/dev/null

.PHONY: bench package docs clean help
bench: .venv/.test .venv-bench/.bench
	@$(ENGINE) benchmarks/run.py
	@echo; echo "== 试算 =="; $(ENGINE) benchmarks/what_if.py
	@echo; echo "== 九步 =="; $(BENCH) benchmarks/nine_steps/run.py
package:
	@$(PYTHON) build_package.py
docs: .venv/.engine
	@$(PYTHON) docs/make_data_dictionary.py
	@$(PYTHON) docs/make_findings.py
	@$(PYTHON) docs/make_policies.py
	@$(ENGINE) docs/make_golden_workbook.py
	@$(ENGINE) docs/make_guide_examples.py
clean:
	@rm -rf build dist $(DEMO) .pytest_cache .ruff_cache .hypothesis .qgis-settings
	@find wr_plugin tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +
help:
	@echo "make demo      生成示例县并做完主要工作，直到水权证和公示表"
	@echo "make desktop   打开 QGIS，装好插件、载入示例县"
	@echo "make test      跑全部测试"
	@echo "make lint      检查代码"
	@echo "make bench     测速度与内存"
	@echo "make package   生成插件安装包 dist/wr_plugin-<版本>.zip"
	@echo "make docs      生成数据字典、问题一览、手算算例和使用手册里的例子"
	@echo "make clean     删除生成的文件（不删已装的库）"
