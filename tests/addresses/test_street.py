from tests.addresses.street import street


def test_the_street_stands(cast):
    here = street(cast)
    assert here.rooms[3].full_name == "东门路12号3栋2单元202室"
    assert len({row.code for row in (*here.doors, here.building, *here.entrances, *here.rooms)}) == 9
