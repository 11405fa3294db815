"""Illnesses: their codes, whom they strike, what treats them and what is measured."""

from dataclasses import dataclass, field

from fhirapi.synthetic.concepts import ICD10, SNOMED, Element, coding


@dataclass(frozen=True, slots=True)
class Illness:
    key: str
    snomed: str
    words: str
    icd: str
    icd_words: str
    ages: tuple[int, int]
    """Youngest and oldest age at onset."""
    share: float
    """Of those who have passed the oldest age, how many have had it; for acute ones a weight."""
    sex: str | None = None
    raised_by: tuple[tuple[str, float], ...] = ()
    drugs: tuple[tuple[str, ...], ...] = ()
    """One drug is chosen from each group."""
    follow_up: tuple[str, ...] = ()
    """Laboratory panels ordered while it lasts."""
    at_diagnosis: tuple[str, ...] = ()
    days: tuple[int, int] = (0, 0)
    """How long it lasts; nought is for good."""
    advice: str = ""
    concept: Element = field(init=False)

    def __post_init__(self) -> None:
        codings = [
            coding(SNOMED, self.snomed, self.words),
            coding(ICD10, self.icd, self.icd_words),
        ]
        object.__setattr__(self, "concept", {"coding": codings, "text": self.words})


CHRONIC = (
    Illness("asthma", "195967001", "Asthma", "J45.909", "Unspecified asthma, uncomplicated",
            (3, 40), 0.11, drugs=(("albuterol",), ("fluticasone",)),
            advice="Reviewed inhaler technique and the asthma action plan."),
    Illness("eczema", "24079001", "Atopic dermatitis", "L20.9", "Atopic dermatitis, unspecified",
            (0, 12), 0.12, drugs=(("hydrocortisone",),), days=(900, 4000),
            advice="Emollients daily, steroid cream for flares only."),
    Illness("rhinitis", "61582004", "Allergic rhinitis", "J30.9", "Allergic rhinitis, unspecified",
            (5, 40), 0.16, drugs=(("cetirizine", "loratadine"),),
            advice="Avoidance of triggers discussed; antihistamine as needed."),
    Illness("adhd", "406506008", "Attention deficit hyperactivity disorder", "F90.9",
            "Attention-deficit hyperactivity disorder, unspecified type", (6, 14), 0.08,
            drugs=(("methylphenidate",),), days=(1500, 4500),
            advice="Behaviour plan at school continues; growth and blood pressure watched."),
    Illness("obesity", "414916001", "Obesity", "E66.9", "Obesity, unspecified", (18, 60), 0.26,
            follow_up=("lipid",),
            advice="Agreed on walking 30 minutes a day and smaller portions."),
    Illness("prediabetes", "714628002", "Prediabetes", "R73.03", "Prediabetes", (30, 65), 0.16,
            raised_by=(("obesity", 1.8),), follow_up=("a1c",), at_diagnosis=("a1c",),
            advice="Diet and exercise first; HbA1c again in six months."),
    Illness("diabetes", "44054006", "Diabetes mellitus type 2", "E11.9",
            "Type 2 diabetes mellitus without complications", (32, 72), 0.15,
            raised_by=(("obesity", 2.2),), drugs=(("metformin", "metformin_er"),),
            follow_up=("a1c", "bmp", "acr"), at_diagnosis=("a1c", "lipid"),
            advice="Foot check done, eye examination advised, home glucose log reviewed."),
    Illness("hypertension", "59621000", "Essential hypertension", "I10",
            "Essential (primary) hypertension", (28, 75), 0.48,
            raised_by=(("obesity", 1.4), ("diabetes", 1.5)),
            drugs=(("lisinopril", "losartan", "amlodipine"),), follow_up=("bmp",),
            at_diagnosis=("bmp",), advice="Home readings reviewed; less salt advised."),
    Illness("hyperlipidemia", "55822004", "Hyperlipidemia", "E78.5", "Hyperlipidemia, unspecified",
            (30, 70), 0.36, raised_by=(("diabetes", 1.6), ("obesity", 1.3)),
            drugs=(("atorvastatin", "simvastatin"),), follow_up=("lipid",), at_diagnosis=("lipid",),
            advice="Statin tolerated; Mediterranean diet discussed."),
    Illness("kidney", "433144002", "Chronic kidney disease stage 3", "N18.30",
            "Chronic kidney disease, stage 3 unspecified", (55, 85), 0.12,
            raised_by=(("diabetes", 2.0), ("hypertension", 1.5)), follow_up=("bmp", "acr"),
            at_diagnosis=("bmp",), advice="Avoid anti-inflammatory pain relievers."),
    Illness("coronary", "53741008", "Coronary arteriosclerosis", "I25.10",
            "Atherosclerotic heart disease of native coronary artery without angina pectoris",
            (50, 82), 0.13, raised_by=(("diabetes", 1.7), ("hyperlipidemia", 1.5)),
            drugs=(("aspirin",), ("metoprolol",)), follow_up=("lipid",),
            advice="No chest pain on exertion; knows when to call 911."),
    Illness("fibrillation", "49436004", "Atrial fibrillation", "I48.91",
            "Unspecified atrial fibrillation", (58, 85), 0.09, raised_by=(("hypertension", 1.5),),
            drugs=(("apixaban", "warfarin"),), follow_up=("bmp",),
            advice="Signs of bleeding discussed; rate is controlled."),
    Illness("failure", "84114007", "Heart failure", "I50.9", "Heart failure, unspecified", (60, 88),
            0.07, raised_by=(("coronary", 2.5),), drugs=(("furosemide",),), follow_up=("bmp",),
            advice="Daily weights; call if more than 3 pounds in two days."),
    Illness("copd", "13645005", "Chronic obstructive pulmonary disease", "J44.9",
            "Chronic obstructive pulmonary disease, unspecified", (48, 78), 0.06,
            raised_by=(("smoker", 3.0),), drugs=(("albuterol",),),
            advice="Pulmonary rehabilitation offered; vaccines are up to date."),
    Illness("hypothyroidism", "40930008", "Hypothyroidism", "E03.9", "Hypothyroidism, unspecified",
            (25, 70), 0.08, drugs=(("levothyroxine",),), follow_up=("tsh",), at_diagnosis=("tsh",),
            advice="Takes the tablet on an empty stomach; no change of dose."),
    Illness("depression", "370143000", "Major depressive disorder", "F32.9",
            "Major depressive disorder, single episode, unspecified", (15, 65), 0.14,
            drugs=(("sertraline", "escitalopram"),), days=(300, 1800),
            advice="Mood reviewed, no thoughts of self-harm; counselling continues."),
    Illness("anxiety", "21897009", "Generalized anxiety disorder", "F41.1",
            "Generalized anxiety disorder", (15, 60), 0.11, drugs=(("escitalopram", "sertraline"),),
            advice="Sleep and breathing exercises discussed."),
    Illness("reflux", "235595009", "Gastroesophageal reflux disease", "K21.9",
            "Gastro-esophageal reflux disease without esophagitis", (25, 70), 0.2,
            drugs=(("omeprazole", "pantoprazole"),),
            advice="No late meals; try without the tablet after eight weeks."),
    Illness("arthritis", "239873007", "Osteoarthritis of knee", "M17.9",
            "Osteoarthritis of knee, unspecified", (48, 80), 0.28, raised_by=(("obesity", 1.5),),
            drugs=(("acetaminophen", "naproxen"),),
            advice="Quadriceps exercises shown; weight loss would help."),
    Illness("osteoporosis", "64859006", "Osteoporosis", "M81.0",
            "Age-related osteoporosis without current pathological fracture", (55, 85), 0.25,
            sex="female", drugs=(("alendronate",),), follow_up=("vitamin_d",),
            advice="Calcium, vitamin D, and a safe home against falls."),
    Illness("migraine", "37796009", "Migraine", "G43.909",
            "Migraine, unspecified, not intractable, without status migrainosus", (12, 45), 0.13,
            drugs=(("sumatriptan",),), advice="Headache diary reviewed; regular sleep and meals."),
    Illness("apnea", "78275009", "Obstructive sleep apnea syndrome", "G47.33",
            "Obstructive sleep apnea (adult) (pediatric)", (35, 70), 0.11,
            raised_by=(("obesity", 2.0),), advice="Uses CPAP most nights, less tired by day."),
    Illness("prostate", "266569009", "Benign prostatic hyperplasia", "N40.0",
            "Benign prostatic hyperplasia without lower urinary tract symptoms", (50, 80), 0.35,
            sex="male", drugs=(("tamsulosin",),), follow_up=("psa",),
            advice="Fewer night-time trips; no dizziness on standing."),
    Illness("gout", "90560007", "Gout", "M10.9", "Gout, unspecified", (35, 75), 0.06,
            drugs=(("allopurinol",),), follow_up=("urate",), at_diagnosis=("urate",),
            advice="No attack since the last visit; less beer and organ meat."),
    Illness("anemia", "87522002", "Iron deficiency anemia", "D50.9",
            "Iron deficiency anemia, unspecified", (16, 50), 0.1, sex="female", drugs=(("iron",),),
            follow_up=("cbc", "ferritin"), at_diagnosis=("cbc", "ferritin"), days=(200, 600),
            advice="Iron with orange juice, away from tea and coffee."),
)  # fmt: skip

ACUTE = (
    Illness("cold", "54150009", "Upper respiratory infection", "J06.9",
            "Acute upper respiratory infection, unspecified", (0, 99), 10, days=(5, 12),
            advice="Fluids and rest; come back if fever lasts more than three days."),
    Illness("sinusitis", "15805002", "Acute sinusitis", "J01.90", "Acute sinusitis, unspecified",
            (8, 80), 5, drugs=(("amoxicillin",),), days=(8, 20),
            advice="Saline rinses; antibiotic only if not better after ten days."),
    Illness("bronchitis", "10509002", "Acute bronchitis", "J20.9", "Acute bronchitis, unspecified",
            (18, 99), 5, days=(10, 24),
            advice="The cough may last three weeks; no antibiotic needed."),
    Illness("strep", "43878008", "Streptococcal sore throat", "J02.0", "Streptococcal pharyngitis",
            (4, 40), 4, drugs=(("amoxicillin",),), at_diagnosis=("strep",), days=(6, 12),
            advice="Finish the antibiotic; not contagious after 24 hours."),
    Illness("otitis", "3110003", "Acute otitis media", "H66.90",
            "Otitis media, unspecified, unspecified ear", (0, 9), 9,
            drugs=(("amoxicillin_suspension",),), days=(5, 14),
            advice="Pain relief; ear check in four weeks."),
    Illness("cystitis", "68566005", "Urinary tract infection", "N39.0",
            "Urinary tract infection, site not specified", (16, 95), 6, sex="female",
            drugs=(("nitrofurantoin",),), at_diagnosis=("urinalysis", "urine_culture"),
            days=(4, 10), advice="Plenty to drink; call if fever or flank pain."),
    Illness("sprain", "44465007", "Sprain of ankle", "S93.409A",
            "Sprain of unspecified ligament of unspecified ankle, initial encounter", (8, 70), 4,
            drugs=(("ibuprofen",),), days=(14, 45), advice="Rest, ice, compression, elevation."),
    Illness("dermatitis", "40275004", "Contact dermatitis", "L25.9",
            "Unspecified contact dermatitis, unspecified cause", (3, 80), 4,
            drugs=(("hydrocortisone",),), days=(6, 21), advice="Avoid the suspected soap."),
    Illness("gastroenteritis", "111843007", "Viral gastroenteritis", "A08.4",
            "Viral intestinal infection, unspecified", (0, 90), 5, days=(2, 7),
            advice="Small sips often; oral rehydration solution."),
    Illness("covid", "840539006",
            "Disease caused by severe acute respiratory syndrome coronavirus 2", "U07.1",
            "COVID-19", (1, 99), 5, at_diagnosis=("covid",), days=(6, 18),
            advice="Stay at home until fever-free for 24 hours."),
    Illness("influenza", "6142004", "Influenza", "J11.1",
            "Influenza due to unidentified influenza virus with other respiratory manifestations",
            (1, 99), 3, at_diagnosis=("influenza",), days=(5, 12),
            advice="Rest, fluids, fever relief."),
    Illness("back", "279039007", "Low back pain", "M54.50", "Low back pain, unspecified", (18, 80),
            7, drugs=(("ibuprofen", "naproxen"),), days=(14, 60),
            advice="Stay active; no red flags; stretching sheet given."),
    Illness("pneumonia", "233604007", "Pneumonia", "J18.9", "Pneumonia, unspecified organism",
            (2, 99), 2, drugs=(("azithromycin",),), at_diagnosis=("cbc",), days=(12, 30),
            advice="Breathing is comfortable; chest sounds to be checked again."),
    Illness("conjunctivitis", "9826008", "Conjunctivitis", "H10.9", "Unspecified conjunctivitis",
            (0, 60), 3, days=(4, 10), advice="Clean the lids; own towel."),
)  # fmt: skip
