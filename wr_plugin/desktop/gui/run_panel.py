"""The running verb: bar, cancel; then what it did, what comes next, and the log."""

import html
from pathlib import Path

from qgis.PyQt.QtCore import QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...commands.catalogue import VERBS
from ..protocol import without_commands

STEPS = 1000
FILES_SHOWN = 6
MESSAGE_HEIGHT, PAGE_HEIGHT, LOG_HEIGHT = 150, 340, 110
VERB_LINK = "wr"
MAPPING_NEEDED = "MappingNeeded"
LOG_LINES = 2000


class RunPanel(QWidget):
    """``cancelled``: the user wants the verb to stop. ``wanted``: wants the verb of that name to follow."""

    cancelled = pyqtSignal()
    wanted = pyqtSignal(str)

    def __init__(self, parent=None):
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.progress_row = QWidget()
        row = QHBoxLayout(self.progress_row)
        row.setContentsMargins(0, 0, 0, 0)
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.cancel = QPushButton("取消")
        self.cancel.clicked.connect(self._cancel)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)
        self.text = QLabel()
        self.text.setStyleSheet("color: #374151")
        self.message = QTextBrowser()
        self.message.setOpenLinks(False)
        self.message.anchorClicked.connect(self._follow)
        self.message.setMaximumHeight(MESSAGE_HEIGHT)
        self.toggle = QToolButton()
        self.toggle.setText("日志 ▸")
        self.toggle.setCheckable(True)
        self.toggle.setAutoRaise(True)
        self.toggle.toggled.connect(self._show_log)
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(LOG_LINES)
        self.log.setMaximumHeight(LOG_HEIGHT)
        for widget in (self.progress_row, self.text, self.message, self.toggle, self.log):
            layout.addWidget(widget)
            widget.hide()

    def follow(self, run):
        """Shows the progress of an ``EngineRun``."""
        self.bar.setValue(0)
        self.cancel.setEnabled(True)
        self.cancel.setText("取消")
        self.text.setText(f"正在{VERBS[run.verb_name].title}……")
        self.message.hide()
        self.progress_row.show()
        self.text.show()
        self.log.appendPlainText(f"—— {VERBS[run.verb_name].title} ——")
        run.progressed.connect(self._progressed)
        run.logged.connect(self.log.appendPlainText)

    def _progressed(self, fraction, text):
        self.bar.setValue(int(fraction * STEPS))
        if text and self.cancel.isEnabled():
            self.text.setText(text)

    def _cancel(self):
        self.cancel.setEnabled(False)
        self.cancel.setText("正在取消")
        self.cancelled.emit()

    def tell_outcome(self, outcome):
        """What the verb did, with links to the files it made; or what went wrong and what to do."""
        self.progress_row.hide()
        self.text.hide()
        if outcome.ok:
            self._tell(_done_html(outcome.result), "#2f855a", has_page=bool(_page_of(outcome.result)))
        elif outcome.cancelled:
            self._tell("<p><b>已取消</b>，未作任何更改。</p>", "#6b7280")
        else:
            self._tell(_error_html(outcome.error), "#c1121f")
        self.log.appendPlainText(outcome.text())
        self.toggle.show()

    def tell_error(self, error):
        """A failure outside a verb (WaterRightsError)."""
        self._tell(_error_html(error.as_dict()), "#c1121f")
        if error.detail:
            self.log.appendPlainText(error.detail)
            self.toggle.show()

    def _follow(self, url):
        """A link: of a verb to run, or of a file or folder to open."""
        if url.scheme() == VERB_LINK:
            self.wanted.emit(url.path())
        else:
            QDesktopServices.openUrl(url)

    def _tell(self, text, colour, has_page=False):
        self.message.setMaximumHeight(PAGE_HEIGHT if has_page else MESSAGE_HEIGHT)
        self.message.setMinimumHeight(PAGE_HEIGHT if has_page else 0)
        self.message.setHtml(text)
        edge = f"border: 0; border-left: 4px solid {colour}; background: #f9fafb"
        self.message.setStyleSheet(f"QTextBrowser {{ {edge} }}")
        self.message.show()

    def _show_log(self, shown):
        self.toggle.setText("日志 ▾" if shown else "日志 ▸")
        self.log.setVisible(shown)


def _done_html(result):
    parts = [f"<p><b>{html.escape(result.get('title') or '完成')}</b>"]
    parts.append("" if result.get("changed", True) else "（工作文件没有变化）")
    following = result.get("next_step")
    if following:
        following = VERBS[following].title if following in VERBS else without_commands(following)
        parts.append(f"<br><b style='color:#0369a1'>下一步：{html.escape(following)}</b>")
    parts.append("</p>")
    page = _page_of(result)
    if page:
        parts.append(f"<p><a href='{VERB_LINK}:report'>导出导入报告（Excel）…</a></p>{_page_html(page)}")
    rows = "" if page else "".join("<tr>" + "".join(f"<td style='padding-right:12px'>{html.escape(str(c))}</td>" for c in row) + "</tr>"
                   for row in result.get("table") or [])
    if rows:
        parts.append(f"<table>{rows}</table>")
    outputs = result.get("outputs") or []
    if outputs:
        links = [f"<a href='{_link(p)}'>{html.escape(Path(p).name)}</a>" for p in outputs[:FILES_SHOWN]]
        folder = _link(Path(outputs[0]).parent)
        more = f" …… 共 {len(outputs)} 个文件" if len(outputs) > FILES_SHOWN else ""
        parts.append(f"<p>生成的文件：{'、'.join(links)}{more}　<a href='{folder}'>打开文件夹</a></p>")
    return "".join(parts)


def _page_of(result):
    return (result.get("counts") or {}).get("page") or []


def _page_html(page):
    """The leader's page: the parts as headings, the entries below them."""
    parts, shown = [], ""
    for part, item, text in page:
        if part != shown:
            parts.append(("</table>" if shown else "") + f"<p style='margin:6px 0 2px 0'><b>{html.escape(part)}</b></p><table>")
            shown = part
        inside = (f"<td style='padding-right:10px; color:#374151'>{html.escape(item)}</td><td>{html.escape(text)}</td>"
                  if item else f"<td colspan='2'>{html.escape(text)}</td>")
        parts.append(f"<tr>{inside}</tr>")
    return "".join(parts) + "</table>"


def _link(path):
    return html.escape(QUrl.fromLocalFile(str(path)).toString(QUrl.ComponentFormattingOption.FullyEncoded))


def _error_html(error):
    where = f"<br><span style='color:#6b7280'>{html.escape(error['where'])}</span>" if error.get("where") else ""
    remedy = f"<br>处理办法：{html.escape(error['remedy'])}" if error.get("remedy") else ""
    ask = f"<p><a href='{VERB_LINK}:mapping'>字段对应…</a></p>" if error.get("code") == MAPPING_NEEDED else ""
    message = html.escape(error.get("message") or "没有完成").replace("\n", "<br>")
    return f"<p><b style='color:#c1121f'>{message}</b>{where}{remedy}</p>{ask}"
