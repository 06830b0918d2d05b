"""The press of ``certify``: prints households' certificates village by village, then units' and users' documents."""

from collections import defaultdict
from dataclasses import replace

from ..documents import assembly, certificate, unit_certificate, unit_map, units, users
from ..documents.content import unprintable
from ..documents.outputs import file_name
from ..documents.page import A4, Paper
from ..model import codes

TITLE, SHEET = "水权证", "水权登记表"


class Press:
    """Prints, and keeps count. ``register``: None for a trial print. ``inside``: see ``due.held_in_units``."""

    def __init__(self, county, book, marks, staging, register, progress, inside):
        self.county, self.book, self.marks, self.staging = county, book, marks, staging
        self.register, self.progress, self.inside = register, progress, inside
        self.printed, self.sheets, self.pages, self.left_out, self.stopped, self.total = 0, 0, 0, [], [], 1
        self.area, self.volume, self.by_kind = defaultdict(int), defaultdict(int), defaultdict(int)
        self.trial = register is None

    def print_village(self, village, single):
        """One PDF of all households' certificates, or one per holder where ``single``."""
        made = [one for one in assembly.certificates(self.county, village, self.inside) if self._printable(one)]
        made = [self._numbered(one, village.code) for one in made]
        groups = {(): made}
        if single:
            groups = defaultdict(list)
            for content in made:
                groups[(content.holder_code, content.holder_name)].append(content)
        for key, contents in groups.items():
            if contents:
                path = self.staging.path(file_name(self._word(TITLE), *(key or (village.code, village.name))))
                title = self._word(TITLE) if single else f"{self._word(TITLE)}　{village.name}"
                self._bind(path, title, contents, lambda paper, one: certificate.draw(paper, one, village.land),
                           lambda paper: certificate.store_forms(paper, village.land))

    def print_units(self, listed, single):
        """Units' certificates: groups bound by village, outlets by district, the others one by one."""
        volumes = defaultdict(list)
        for content in listed:
            if self._complete(content):
                volumes[(*content.binding[:2], content.right_id) if single else content.binding].append(content)
        for key, contents in volumes.items():
            parts = (contents[0].binding[0], contents[0].holder_code, contents[0].holder_name) if single else key
            made = []
            for content in contents:
                content = replace(content, annex=units.annex_of(self.county, content))
                if self._printable(content):
                    made.append(self._numbered(content, content.villages[0] if len(content.villages) == 1 else None))
            if made:
                source = (made[0].source_name,) if single else ()
                self._bind(self.staging.path(file_name(self._word(TITLE), *parts, *source)),
                           f"{self._word(TITLE)}　{contents[0].binding[0]}", made,
                           lambda paper, one: unit_certificate.draw(paper, one, unit_map.read_land(self.county, one)),
                           unit_certificate.store_forms)

    def print_users(self, listed, single):
        """Certificates of the users whom the policy gives one, register sheets of the others; bound by kind."""
        volumes = defaultdict(list)
        for content in listed:
            certified = users.is_certified(self.county, content)
            if self._complete(content) and self._printable(content):
                key = (certified, content.binding[0], content.right_id if single else "")
                volumes[key].append(self._numbered(content, None) if certified else content)
        levels = [codes.LEVEL[level] for level in self.county.policy.get("approvals") if level != "town"]
        for (certified, kind, one), contents in volumes.items():
            word = self._word(TITLE if certified else SHEET)
            parts = (contents[0].holder_code, contents[0].holder_name, contents[0].source_name) if one else ()
            path = self.staging.path(file_name(word, kind, *parts))
            if certified:
                self._bind(path, f"{word}　{kind}", contents, unit_certificate.draw, unit_certificate.store_forms)
            else:
                self._bind(path, f"{word}　{kind}", contents,
                           lambda paper, each: unit_certificate.draw_sheet(paper, each, levels), None)

    def _word(self, title):
        return f"{title}样张" if self.trial else title

    def _complete(self, content):
        """Whether every cell that the document rests on is filled in; what is not is listed."""
        if content.lacking:
            self.stopped.append(f"{content.village_name}{content.holder_name}（{content.holder_code}，{content.source_name}）："
                                f"没有填{'；没有填'.join(content.lacking)}")
        return not content.lacking

    def _printable(self, content):
        missing = unprintable(self.book, content)
        if missing:
            self.left_out.append(missing)
        return not missing

    def _numbered(self, content, village_code):
        if self.trial:
            return content
        right = assembly.RightKey(content.unit_kind, content.holder_code, content.holder_name, village_code, content.source,
                                  content.area_mu_100, content.volume_m3_100)
        return assembly.numbered(content, self.register.row_for(right, content.parts, content.facts))

    def _bind(self, path, title, contents, draw, forms):
        """Prints documents into one PDF; ``forms``: stores what repeats, None for register sheets."""
        paper = Paper(path, A4, title, self.book, self.marks)
        if forms:
            forms(paper)
        for content in contents:
            draw(paper, content)
            if forms:
                self.printed += 1
                self.area[content.source] += content.area_mu_100
                self.volume[content.source] += content.volume_m3_100
            else:
                self.sheets += 1
            self.by_kind[content.unit_kind] += 1
            self.progress.update(self.printed + self.sheets, self.total, f"生成{title}")
        self.progress.check_cancelled()
        paper.save()
        self.pages += paper.pages
