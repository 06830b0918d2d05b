"""Names and codes of the sample county's zones, districts, outlets and wells; all invented."""

from dataclasses import dataclass

from . import layout

FIRST_TOWN, FIRST_VILLAGE = 100, 200
TOWN_HEADS, TOWN_TAILS = "东西上下新南北永兴安", "渠湾泉坝沙河滩沟堡寨"
VILLAGE_HEADS, VILLAGE_TAILS = "红新永兴光丰建前向东胜和庆五三", "星建胜联明丰华泉沙湾旗庄号闸坝沟"
DISTRICT_HEADS = "东西南北中上下新永安兴丰"
NUMBERS = "零一二三四五六七八九"


@dataclass
class Names:
    """Codes and names by running number: towns, villages; ``group_*`` by cell; ``district_*`` by district."""

    town_code: list
    town_name: list
    village_code: list
    village_name: list
    group_code: list
    group_name: list
    district_code: list
    district_name: list
    town_of_village: list
    village_of_group: list

    def full_village(self, village):
        return f"{layout.COUNTY_NAME}{self.town_name[self.town_of_village[village]]}{self.village_name[village]}"

    def full_group(self, group):
        return f"{self.full_village(self.village_of_group[group])}{self.group_name[group]}"


def of(where, rng):
    """Names for a layout; unique among towns of the county and among villages of a town."""
    towns = int(where.town_of_village.max()) + 1
    heads = rng.permutation(len(TOWN_HEADS) * len(TOWN_TAILS))[:towns].tolist()
    town_name = [TOWN_HEADS[h // len(TOWN_TAILS)] + TOWN_TAILS[h % len(TOWN_TAILS)] + ("镇" if t % 3 else "乡")
                 for t, h in enumerate(heads)]
    town_code = [f"{layout.COUNTY_CODE}{FIRST_TOWN + t if t % 3 else 200 + t:03d}" for t in range(towns)]
    order = {t: rng.permutation(len(VILLAGE_HEADS) * len(VILLAGE_TAILS)) for t in range(towns)}
    village_code, village_name = [], []
    for town, number in zip(where.town_of_village.tolist(), where.number_in_town.tolist()):
        pick = int(order[town][number])
        village_code.append(f"{town_code[town]}{FIRST_VILLAGE + number - 1:03d}")
        village_name.append(VILLAGE_HEADS[pick // len(VILLAGE_TAILS)] + VILLAGE_TAILS[pick % len(VILLAGE_TAILS)] + "村")
    group_code = [f"{village_code[v]}{g:02d}" for v, g in zip(where.village.tolist(), where.group.tolist())]
    districts = len(where.supply)
    return Names(
        town_code, town_name, village_code, village_name, group_code,
        [f"{chinese(g)}社" for g in where.group.tolist()],
        [f"GQ{d + 1:02d}" for d in range(districts)],
        [DISTRICT_HEADS[d] + ("泉" if where.supply[d] == layout.GROUND else "干") + ("井灌区" if where.supply[d] == layout.GROUND else "灌区")
         for d in range(districts)],
        where.town_of_village.tolist(), where.village.tolist(),
    )


def chinese(number):
    """1 → 一 … 19 → 十九."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else NUMBERS[tens] + "十"
    return head + (NUMBERS[ones] if ones or not tens else "")


def well_codes(count):
    """JJ00001 …"""
    return [f"JJ{number + 1:05d}" for number in range(count)]


def outlet_codes(outlets, lateral):
    """Outlets carry the number of their 斗渠: GQ01D0001 → GQ01K0001."""
    return [lateral[number].replace("D", "K") for number in range(len(outlets.cell))]
