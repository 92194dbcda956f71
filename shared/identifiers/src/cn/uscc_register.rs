//! The first two characters of a Unified Social Credit Code: the registering authority and the kind of entity it registers.
//!
//! GB 32100-2015, table 1, and the codes that the National Organisation Code registry added since (letters for authorities beyond nine).

/// An authority's code and names, and the kinds of entity it registers.
pub(super) struct Authority {
    pub code: u8,
    pub name: &'static str,
    pub local_name: &'static str,
    pub kinds: &'static [(u8, &'static str, &'static str)],
}

const OTHER: (u8, &str, &str) = (b'9', "Other", "其他");

pub(super) const AUTHORITIES: [Authority; 12] = [
    Authority {
        code: b'1',
        name: "Institutional organisation committee",
        local_name: "机构编制",
        kinds: &[
            (b'1', "Government body", "机关"),
            (b'2', "Public institution", "事业单位"),
            (b'3', "Mass organisation managed by the committee", "编办直接管理机构编制的群众团体"),
            OTHER,
        ],
    },
    Authority {
        code: b'2',
        name: "Foreign affairs",
        local_name: "外交",
        kinds: &[(b'1', "Resident representative of a foreign institution", "外国常驻新闻机构"), OTHER],
    },
    Authority {
        code: b'3',
        name: "Justice administration",
        local_name: "司法行政",
        kinds: &[
            (b'1', "Law firm", "律师执业机构"),
            (b'2', "Notary office", "公证处"),
            (b'3', "Grass-roots legal service", "基层法律服务所"),
            (b'4', "Forensic institution", "司法鉴定机构"),
            (b'5', "Arbitration commission", "仲裁委员会"),
            OTHER,
        ],
    },
    Authority {
        code: b'4',
        name: "Culture",
        local_name: "文化",
        kinds: &[(b'1', "Resident cultural centre of a foreign state", "外国在华文化中心"), OTHER],
    },
    Authority {
        code: b'5',
        name: "Civil affairs",
        local_name: "民政",
        kinds: &[
            (b'1', "Social association", "社会团体"),
            (b'2', "Private non-enterprise unit", "民办非企业单位"),
            (b'3', "Foundation", "基金会"),
            OTHER,
        ],
    },
    Authority {
        code: b'6',
        name: "Tourism",
        local_name: "旅游",
        kinds: &[
            (b'1', "Resident office of a foreign tourism authority", "外国旅游部门常驻代表机构"),
            (
                b'2',
                "Resident office of a Hong Kong or Macao tourism authority",
                "港澳台地区旅游部门常驻内地（大陆）代表机构",
            ),
            OTHER,
        ],
    },
    Authority {
        code: b'7',
        name: "Religious affairs",
        local_name: "宗教",
        kinds: &[(b'1', "Place of worship", "宗教活动场所"), (b'2', "Religious school", "宗教院校"), OTHER],
    },
    Authority {
        code: b'8',
        name: "Trade unions",
        local_name: "工会",
        kinds: &[(b'1', "Grass-roots trade union", "基层工会"), OTHER],
    },
    Authority {
        code: b'9',
        name: "Market regulation",
        local_name: "工商",
        kinds: &[
            (b'1', "Enterprise", "企业"),
            (b'2', "Sole trader", "个体工商户"),
            (b'3', "Farmers' cooperative", "农民专业合作社"),
        ],
    },
    Authority {
        code: b'A',
        name: "Organisation office of the Central Military Commission",
        local_name: "中央军委改革和编制办公室",
        kinds: &[(b'1', "Military institution", "军队事业单位"), OTHER],
    },
    Authority {
        code: b'N',
        name: "Agriculture",
        local_name: "农业",
        kinds: &[
            (b'1', "Collective economic organisation of a group", "组级集体经济组织"),
            (b'2', "Collective economic organisation of a village", "村级集体经济组织"),
            (b'3', "Collective economic organisation of a township", "乡镇级集体经济组织"),
            OTHER,
        ],
    },
    Authority { code: b'Y', name: "Other", local_name: "其他", kinds: &[(b'1', "Other", "其他")] },
];

/// The authority with this code.
pub(super) fn authority(code: u8) -> Option<&'static Authority> {
    AUTHORITIES.iter().find(|it| it.code == code)
}
