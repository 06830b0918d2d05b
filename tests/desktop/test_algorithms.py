"""Every verb is an algorithm with the same name and parameters; a run, an error, a cancel."""

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
    QgsVectorLayer,
)

from wr_plugin.commands.catalogue import VERBS
from wr_plugin.desktop.algorithms.provider import WaterRightsProvider


@pytest.fixture(scope="module")
def provider(qgis_app):
    made = WaterRightsProvider()
    QgsApplication.processingRegistry().addProvider(made)
    yield made
    QgsApplication.processingRegistry().removeProvider(made)


def run(provider, name, parameters, project=None, feedback=None):
    """(results, feedback) of an algorithm run as the toolbox runs it."""
    context, feedback = QgsProcessingContext(), feedback or QgsProcessingFeedback()
    if project:
        context.setProject(project)
    algorithm = provider.algorithm(name).create()
    ok, message = algorithm.checkParameterValues(parameters, context)
    assert ok, message
    results, done = algorithm.run(parameters, context, feedback, {}, False)
    return results, feedback


def test_one_algorithm_per_verb(provider):
    assert {a.id() for a in provider.algorithms()} == {f"wr:{name}" for name in VERBS}
    assert all(not a.icon().isNull() for a in provider.algorithms())


@pytest.mark.parametrize("name", VERBS)
def test_parameters_are_those_of_the_catalogue_with_help(provider, name):
    algorithm, verb = provider.algorithm(name), VERBS[name]
    assert algorithm.displayName() == verb.title
    assert verb.help in algorithm.shortHelpString()
    assert [d.name() for d in algorithm.parameterDefinitions()] == [p.name for p in verb.params]
    optional = QgsProcessingParameterDefinition.Flag.FlagOptional
    for definition, param in zip(algorithm.parameterDefinitions(), verb.params):
        assert definition.description() == param.label
        assert definition.help() == param.help
        if param.default is None:
            assert bool(definition.flags() & optional) != param.required


def test_status_gives_text_and_next_step(provider, work):
    results, _ = run(provider, "status", {"work": str(work)})
    assert "示例村" in results["TEXT"]
    assert results["NEXT"]
    assert results["work"] == str(work)


def test_a_second_run_on_the_same_input_changes_nothing(provider, work):
    results, feedback = run(provider, "check", {"work": str(work)})
    assert results["CHANGED"] is False
    assert "没有变化" in feedback.textLog()


def test_progress_is_shown(provider, work):
    seen, feedback = [], QgsProcessingFeedback()
    feedback.progressChanged.connect(seen.append)
    run(provider, "status", {"work": str(work)}, feedback=feedback)
    assert seen and max(seen) > 50


def test_an_error_is_told_with_its_remedy(provider, tmp_path):
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    with pytest.raises(QgsProcessingException, match="处理办法"):
        provider.algorithm("check").create().run({"work": str(tmp_path / "x.gpkg")}, context, feedback, {}, False)


def test_cancel_stops_the_child(provider, tmp_path):
    import threading

    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    threading.Timer(1.5, feedback.cancel).start()
    with pytest.raises(QgsProcessingException, match="已取消"):
        provider.algorithm("sample").create().run(
            {"out": str(tmp_path / "县"), "parcels": 300_000, "seed": 1}, context, feedback, {}, False)


def test_an_open_edit_buffer_is_saved_first(provider, work, project):
    layer = QgsVectorLayer(f"{work}|layername=parcel", "地块", "ogr")
    project.addMapLayer(layer)
    layer.startEditing()
    feedback = QgsProcessingFeedback()
    _, ok = provider.algorithm("check").create().run({"work": str(work)}, QgsProcessingContext(), feedback, {}, False)
    assert not ok
    assert "未保存的编辑" in feedback.textLog()
    layer.rollBack()


def test_lists_may_be_separated_in_any_way(provider, qgis_app):
    from wr_plugin.desktop.algorithms import parameters

    algorithm, context = provider.algorithm("publish"), QgsProcessingContext()
    village = next(p for p in VERBS["publish"].params if p.name == "village")
    given = {"village": "620799101001，620799101002 620799101003"}
    assert parameters.value(algorithm, village, given, context) == ["620799101001", "620799101002", "620799101003"]
    assert parameters.value(algorithm, village, {"village": ""}, context) is None


def test_choices_and_dates_arrive_as_the_engine_takes_them(provider, qgis_app):
    from qgis.PyQt.QtCore import QDate, QDateTime, QTime

    from wr_plugin.desktop.algorithms import parameters

    algorithm, context = provider.algorithm("approve"), QgsProcessingContext()
    by_name = {p.name: p for p in VERBS["approve"].params}
    given = {"level": 1, "on": QDateTime(QDate(2026, 7, 1), QTime(0, 0)), "who": "张三"}
    assert parameters.value(algorithm, by_name["level"], given, context) == "county"
    assert parameters.value(algorithm, by_name["decision"], given, context) == "pass"
    assert parameters.value(algorithm, by_name["on"], given, context) == "2026-07-01"
    assert parameters.value(algorithm, by_name["note"], given, context) is None


def test_a_package_may_be_a_folder_or_a_zip(provider, qgis_app, tmp_path):
    from wr_plugin.desktop.algorithms import parameters

    algorithm, context = provider.algorithm("import"), QgsProcessingContext()
    package = next(p for p in VERBS["import"].params if p.name == "package")
    for path in (tmp_path, tmp_path / "示例县.zip"):
        given = {"package": str(path), "work": str(tmp_path / "县.gpkg")}
        assert algorithm.checkParameterValues(given, context)[0]
        assert parameters.value(algorithm, package, given, context) == str(path)
